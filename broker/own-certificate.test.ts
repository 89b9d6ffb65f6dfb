// The broker's own certificate, read by a parser that is not ours.
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { integer, objectId, sequence } from './der.ts'
import { ownCertificate } from './own-certificate.ts'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-own-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'broker')
}

test('is a certificate of X.509 that its own key has signed, without an end', () => {
  const { certFile, keyFile } = ownCertificate(newFolder())
  const certificate = new X509Certificate(readFileSync(certFile))
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(certificate.checkIssued(certificate)).toBe(true)
  expect(certificate).toMatchObject({ subject: 'CN=Keyside broker', ca: false })
  expect(certificate.validToDate.getUTCFullYear()).toBe(9999)
  expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
  expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
  if (process.platform === 'win32') return
  expect([certFile, keyFile].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600])
})

test('keeps its key, and the pin with it, and makes a certificate that was lost anew', () => {
  const folder = newFolder()
  const first = ownCertificate(folder)
  const text = readFileSync(first.certFile, 'utf8')
  expect(ownCertificate(folder)).toEqual(first)
  expect(readFileSync(first.certFile, 'utf8')).toBe(text)
  rmSync(first.certFile)
  expect(ownCertificate(folder)).toEqual(first)
  const remade = new X509Certificate(readFileSync(first.certFile))
  expect(remade.publicKey).toEqual(new X509Certificate(text).publicKey)
  expect(ownCertificate(newFolder()).pin).not.toBe(first.pin)
})

test('writes DER as X.690 has it', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  expect(hex(integer(Buffer.from([0x7f])))).toBe('02017f')
  expect(hex(integer(Buffer.from([0x80])))).toBe('02020080')
  expect(hex(objectId('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302')
  expect(hex(sequence(Buffer.alloc(127))).slice(0, 4)).toBe('307f')
  expect(hex(sequence(Buffer.alloc(128))).slice(0, 6)).toBe('308180')
  expect(hex(sequence(Buffer.alloc(65_536))).slice(0, 10)).toBe('3083010000')
})
