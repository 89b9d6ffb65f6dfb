// Every refusal of the sandbox's Bot API, in Telegram's words where Telegram has words for it.

export const TELEGRAM_REFUSALS = {
  unauthorized: [401, 'Unauthorized'],
  notFound: [404, 'Not Found'],
  tooLarge: [413, 'Request Entity Too Large'],
  conflict: [
    409,
    'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  ],
  tooManyRequests: [429, 'Too Many Requests: retry after %'],
  serverError: [500, 'Internal Server Error'],
  blocked: [403, 'Forbidden: bot was blocked by the user'],
  badBody: [400, "Bad Request: can't parse the request body: %"],
  badParameter: [400, 'Bad Request: parameter %'],
  notUtf8: [400, 'Bad Request: strings must be encoded in UTF-8'],
  chatIdEmpty: [400, 'Bad Request: chat_id is empty'],
  chatNotFound: [400, 'Bad Request: chat not found'],
  textEmpty: [400, 'Bad Request: message text is empty'],
  textTooLong: [400, 'Bad Request: message is too long'],
  captionTooLong: [400, 'Bad Request: message caption is too long'],
  entities: [400, "Bad Request: can't parse entities: %"],
  parseMode: [400, 'Bad Request: unsupported parse_mode'],
  repliedNotFound: [400, 'Bad Request: message to be replied not found'],
  messageUnnamed: [400, 'Bad Request: message identifier is not specified'],
  editNotFound: [400, 'Bad Request: message to edit not found'],
  editForbidden: [400, "Bad Request: message can't be edited"],
  notModified: [
    400,
    'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
  ],
  noTextToEdit: [400, 'Bad Request: there is no text in the message to edit'],
  noCaptionToEdit: [400, 'Bad Request: there is no caption in the message to edit'],
  deleteNotFound: [400, 'Bad Request: message to delete not found'],
  deleteTooLate: [400, "Bad Request: message can't be deleted for everyone"],
  pinNotFound: [400, 'Bad Request: message to pin not found'],
  unpinNotFound: [400, 'Bad Request: message to unpin not found'],
  buttonData: [400, 'Bad Request: BUTTON_DATA_INVALID'],
  buttonAction: [
    400,
    "Bad Request: can't parse inline keyboard button: exactly one action per button is allowed",
  ],
  buttonUrl: [400, "Bad Request: inline keyboard button URL '%' is invalid"],
  queryInvalid: [
    400,
    'Bad Request: query is too old and response timeout expired or query ID is invalid',
  ],
  answerTooLong: [400, 'Bad Request: MESSAGE_TOO_LONG'],
  commandInvalid: [400, 'Bad Request: BOT_COMMAND_INVALID'],
  commandDescription: [400, 'Bad Request: BOT_COMMAND_DESCRIPTION_INVALID'],
  noPhoto: [400, 'Bad Request: there is no photo in the request'],
  photoIdentifier: [400, 'Bad Request: wrong file identifier/HTTP URL specified'],
  photoUnreadable: [400, 'Bad Request: IMAGE_PROCESS_FAILED'],
  photoDimensions: [400, 'Bad Request: PHOTO_INVALID_DIMENSIONS'],
  fileInvalid: [400, 'Bad Request: invalid file_id'],
} as const satisfies Record<string, readonly [number, string]>

export type RefusalName = keyof typeof TELEGRAM_REFUSALS

export type RefusalAnswer = {
  ok: false
  error_code: number
  description: string
  parameters?: { retry_after: number }
}

/** Thrown anywhere inside a method and caught once, where the HTTP answer is written. */
export class TelegramRefusal extends Error {
  override name = 'TelegramRefusal'
  readonly refusal: RefusalName
  readonly detail: string

  constructor(refusal: RefusalName, detail = '') {
    super(TELEGRAM_REFUSALS[refusal][1].replace('%', () => detail))
    this.refusal = refusal
    this.detail = detail
  }

  answer(): RefusalAnswer {
    const error_code = TELEGRAM_REFUSALS[this.refusal][0]
    const body = { ok: false, error_code, description: this.message } as const
    if (this.refusal !== 'tooManyRequests') return body
    return { ...body, parameters: { retry_after: Number(this.detail) } }
  }
}
