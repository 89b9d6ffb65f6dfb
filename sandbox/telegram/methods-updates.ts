// The methods by which a bot introduces itself and receives updates.
import { z } from 'zod'
import { defineMethod } from './define-method.ts'

export const getMe = defineMethod({}, ({ bot }) => ({
  ...bot,
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_guest_queries: false,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: false,
  allows_users_to_create_topics: false,
  can_manage_bots: false,
  supports_join_request_queries: false,
}))

export const getUpdates = defineMethod(
  {
    offset: z.int().optional(),
    limit: z.int().min(1).max(100).optional(),
    timeout: z.int().min(0).optional(),
    allowed_updates: z.array(z.string()).optional(),
  },
  ({ updates }, poll, { signal }) => updates.take(poll, signal),
)

export const deleteWebhook = defineMethod(
  { drop_pending_updates: z.boolean().optional() },
  ({ updates }, { drop_pending_updates }) => {
    if (drop_pending_updates) updates.drop()
    return true
  },
)

export const getWebhookInfo = defineMethod({}, ({ updates }) => ({
  url: '',
  has_custom_certificate: false,
  pending_update_count: updates.pending,
  ...(updates.allowed.length > 0 && { allowed_updates: updates.allowed }),
}))
