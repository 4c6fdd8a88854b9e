import { describe, expect, it } from 'vitest'
import { readSettings, SETTINGS } from '../src/config.ts'

describe('the settings of the environment', () => {
  it('are what they are by default where nothing is said, an empty variable included', () => {
    expect(readSettings({ HOME: 'x', DEEPCUTS_DATA: '' })).toEqual({
      DEEPCUTS_DATA: './deepcuts-data',
      DEEPCUTS_COMMUNITY: 'off',
      DEEPCUTS_DEBUG: '',
      DEEPCUTS_HOST: '127.0.0.1',
      DEEPCUTS_PORT: 4577,
      DEEPCUTS_ALLOWED_HOSTS: [],
      DEEPCUTS_SECRET: '',
      DEEPCUTS_HTTPS: 'off',
      DEEPCUTS_SETUP: 'here',
      DEEPCUTS_REQUESTS_PER_MINUTE: 6000,
      DEEPCUTS_LOG_LEVEL: 'auto',
      DEEPCUTS_LOG_FILE: '',
      DEEPCUTS_UPLOAD_MB: 1024,
      DEEPCUTS_TRAIN_HOURS: 24,
      DEEPCUTS_TRAIN_PLAYS: 500,
      DEEPCUTS_TRAINING_MB: 2048,
      DEEPCUTS_SHUTDOWN_SECONDS: 10,
    })
  })

  it('are taken as they are said', () => {
    expect(readSettings({ DEEPCUTS_DATA: 'elsewhere' }).DEEPCUTS_DATA).toBe('elsewhere')
  })

  it('are on or off where they are a switch, and nothing else', () => {
    expect(readSettings({ DEEPCUTS_COMMUNITY: 'on' }).DEEPCUTS_COMMUNITY).toBe('on')
    expect(() => readSettings({ DEEPCUTS_COMMUNITY: 'yes' })).toThrow('must be on or off')
  })

  it('are numbers within bounds, and lists with commas', () => {
    const read = (environment: Record<string, string>) => readSettings(environment)
    expect(read({ DEEPCUTS_PORT: '0' }).DEEPCUTS_PORT).toBe(0)
    expect(read({ DEEPCUTS_ALLOWED_HOSTS: 'a.example, b,' }).DEEPCUTS_ALLOWED_HOSTS).toEqual([
      'a.example',
      'b',
    ])
    for (const port of ['65536', '-1', '80.5', '0x50', 'http', ' '])
      expect(() => read({ DEEPCUTS_PORT: port }), port).toThrow(
        `DEEPCUTS_PORT is ${port}, but it must be a whole number from 0 to 65535`,
      )
    expect(() => read({ DEEPCUTS_LOG_LEVEL: 'loud' })).toThrow('one of auto, silent, error')
  })

  it('refuse a name that is none of them, and say which there are', () => {
    expect(() => readSettings({ DEEPCUTS_DTA: 'x' })).toThrow(
      `DEEPCUTS_DTA is not a setting. The settings are ${Object.keys(SETTINGS).join(', ')}: correct the name, or unset it.`,
    )
  })
})
