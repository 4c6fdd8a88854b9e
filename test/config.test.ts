import { describe, expect, it } from 'vitest'
import { readSettings, SETTINGS } from '../src/config.ts'

describe('the settings of the environment', () => {
  it('are what they are by default where nothing is said, an empty variable included', () => {
    expect(readSettings({ HOME: 'x', DEEPCUTS_DATA: '' })).toEqual({
      DEEPCUTS_DATA: './deepcuts-data',
      DEEPCUTS_COMMUNITY: 'off',
      DEEPCUTS_DEBUG: '',
    })
  })

  it('are taken as they are said', () => {
    expect(readSettings({ DEEPCUTS_DATA: 'elsewhere' }).DEEPCUTS_DATA).toBe('elsewhere')
  })

  it('are on or off where they are a switch, and nothing else', () => {
    expect(readSettings({ DEEPCUTS_COMMUNITY: 'on' }).DEEPCUTS_COMMUNITY).toBe('on')
    expect(() => readSettings({ DEEPCUTS_COMMUNITY: 'yes' })).toThrow('must be on or off')
  })

  it('refuse a name that is none of them, and say which there are', () => {
    expect(() => readSettings({ DEEPCUTS_DTA: 'x' })).toThrow(
      `DEEPCUTS_DTA is not a setting. The settings are ${Object.keys(SETTINGS).join(', ')}: correct the name, or unset it.`,
    )
  })
})
