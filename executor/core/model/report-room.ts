// How much of a list a report can carry.

/** Characters of JSON for rows: a report has 12,288 of base64url, and more than rows in them. */
const ROOM = 8_000

/** The first rows that a report has room for; `taken`: characters that something beside them needs. */
export function fitting<Row>(rows: readonly Row[], taken = 0): Row[] {
  let used = taken
  const end = rows.findIndex((row) => {
    used += JSON.stringify(row).length + 1
    return used > ROOM
  })
  return rows.slice(0, end < 0 ? rows.length : end)
}
