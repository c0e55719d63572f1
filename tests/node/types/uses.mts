/** What a strict user's compiler accepts, and what it must refuse. */
import {
  Client,
  type Entry,
  type Finished,
  InvalidError,
  type Progress,
  type Resolution,
  type Submission,
  type Task,
  type Tier,
  ZoomRequest,
  ZoomoutError,
} from 'zoomout'
import { Emulator } from 'zoomout/testing'

const request = new ZoomRequest({ taskId: 'task_1', zoomRatio: 1.5, speed: 'fast', metadata: { album: 'alps' } })
export const tier: Tier | null = request.tier
export const billingKey: string = request.billingKey
export const body: Record<string, unknown> = request.toJSON()

// @ts-expect-error the parent is required
new ZoomRequest({})
// @ts-expect-error no such speed
new ZoomRequest({ taskId: 'task_1', speed: 'warp' })
// @ts-expect-error no such field
new ZoomRequest({ taskId: 'task_1', zoom_ratio: 1.5 })
// @ts-expect-error known before it is sent, and fixed
request.tier = 'Zoom Out 2x'
// @ts-expect-error the setting says its unit
new Client({ timeout: 5 })
// @ts-expect-error errors come from zoomout
new InvalidError('mine')

export async function all(client: Client, signal: AbortSignal): Promise<void> {
  const onProgress = ({ taskId, percent }: Progress): void => console.log(taskId, percent ?? 0)
  const task: Task = await client.zoom(request, { signal, onProgress })
  const submission: Submission = await client.submit('task_1', { signal })
  const again: Task = await client.wait(submission.taskId, { onProgress })
  const tile: Task = await client.upscale({ taskId: 'task_1', index: 1 })
  const buttons: readonly { readonly customId: string }[] = (await client.buttons(tile.taskId)).buttons
  const entries: Entry[] = await client.unfinished({ signal })
  for await (const { entry, paths, error } of client.collect('pictures')) console.log(entry.key, paths, error?.nextStep)
  const resolved: Entry = await client.resolve('album/17', { billed: false } satisfies Resolution)
  console.log(entries.length, resolved.state === 'refused')
  const paths: string[] = await client.download(again, new URL('file:///wide.png'))
  const bytes: Buffer | undefined = await task.images[0]?.bytes({ signal })
  console.log(buttons, paths, bytes?.length)
  // @ts-expect-error frozen
  task.status = 'failed'
  for await (const finished of client.zoomMany(['task_1', request], { window: 5, signal })) show(finished)
  await client.close()
}

function show({ index, task, error }: Finished): string {
  if (error !== null) return `${index}: ${error.nextStep}`
  return `${index}: ${task.taskId}`
}

export function describe(error: unknown): string {
  if (error instanceof InvalidError) return `${error.field}: ${error.nextStep}`
  if (error instanceof ZoomoutError) return `${error.code} ${error.billed} ${error.taskId ?? '-'} ${error.cause}`
  throw error
}

export async function emulated(): Promise<number> {
  await using emulator = await Emulator.start({ timeScale: 500 })
  emulator.faults([{ on: 'zoom', fault: { kind: 'close' } }])
  return emulator.client({ timeoutMs: 5_000 }) instanceof Client ? emulator.bill().totalUsd : 0
}
