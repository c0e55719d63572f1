/** What a strict user's compiler accepts, and what it must refuse. */
import { InvalidError, type Tier, ZoomRequest, ZoomoutError } from 'zoomout'

const request = new ZoomRequest({ taskId: 'task_1', zoomRatio: 1.5, speed: 'fast', metadata: { album: 'alps' } })
export const tier: Tier | null = request.tier
export const billingKey: string = request.billingKey
export const body: Record<string, unknown> = request.toJSON()

// @ts-expect-error the parent is required
new ZoomRequest({})
// @ts-expect-error no such speed
new ZoomRequest({ taskId: 'task_1', speed: 'warp' })
// @ts-expect-error known before it is sent, and fixed
request.tier = 'Zoom Out 2x'

export function describe(error: unknown): string {
  if (error instanceof InvalidError) return `${error.field}: ${error.nextStep}`
  if (error instanceof ZoomoutError) return `${error.code} ${error.billed} ${error.taskId ?? '-'}`
  throw error
}
