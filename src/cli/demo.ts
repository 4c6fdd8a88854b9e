import type { Context } from './context.ts'
export async function demo(_context: Context): Promise<void> {}
