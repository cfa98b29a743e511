// Layers by camera size, and the codecs that are offered.

import { describe, expect, it } from 'vitest'
import { cameraEncodings, cameraWish, layeredEncoding, preferred, rateOf, screenEncoding, suited, voiceEncoding } from './encoding'

const brief = (each: RTCRtpEncodingParameters) =>
  `${each.rid ?? '-'} ${each.active ? 'on' : 'off'} /${each.scaleResolutionDownBy} ${each.maxBitrate}`

describe('cameraEncodings', () => {
  it('sends three layers of a large camera, the smallest first', () => {
    expect(cameraEncodings(3, 720).map(brief)).toEqual(['q on /4 100000', 'h on /2 300000', 'f on /1 800000'])
  })

  it('leaves the upper layers of a small camera off', () => {
    expect(cameraEncodings(3, 480).map(brief)).toEqual(['q on /2 180000', 'h on /1 500000', 'f off /1 500000'])
    expect(cameraEncodings(3, 240).map(brief)).toEqual(['q on /1 180000', 'h off /1 180000', 'f off /1 180000'])
    expect(cameraEncodings(2, 360).map(brief)).toEqual(['q on /2 100000', 'h on /1 300000'])
  })

  it('gives a single layer the whole picture', () => {
    expect(cameraEncodings(1, 720).map(brief)).toEqual(['- on /1 800000'])
    expect(cameraEncodings(1, 360).map(brief)).toEqual(['- on /1 600000'])
  })

  it('never spends less on a larger layer', () => {
    const rates = [90, 180, 240, 270, 360, 480, 540, 720, 1080].map(rateOf)
    expect([...rates].sort((a, b) => a - b)).toEqual(rates)
  })
})

describe('suited', () => {
  it('changes only what does not suit', () => {
    const three = cameraEncodings(3, 720)
    expect(suited(three, 720)).toBeNull()
    expect(suited(three, 480)?.map(brief)).toEqual(cameraEncodings(3, 480).map(brief))
    expect(suited([], 720)).toBeNull()
    expect(suited(three, 0)).toBeNull()
  })

  it('makes the one layer that a server took the whole picture, and keeps what it does not know', () => {
    const left = [{ ...cameraEncodings(3, 720)[0], codecPayloadType: 96 } as RTCRtpEncodingParameters]
    const next = suited(left, 720)
    expect(next?.[0]).toMatchObject({ rid: 'q', scaleResolutionDownBy: 1, maxBitrate: 800_000, codecPayloadType: 96 })
  })
})

describe('cameraWish', () => {
  it('asks less of weak machines', () => {
    expect(cameraWish(2)).toEqual({ width: 640, height: 360, layers: 2 })
    expect(cameraWish(4).layers).toBe(3)
    expect(cameraWish(undefined).height).toBe(720)
  })
})

describe('voice and screen', () => {
  it('let the voice pass first', () => {
    expect(voiceEncoding()).toMatchObject({ priority: 'high', networkPriority: 'high' })
    expect(screenEncoding().maxBitrate).toBeGreaterThan(1_000_000)
  })
})

describe('a camera in one source', () => {
  it('brings as many sizes as would be layers of their own', () => {
    expect(layeredEncoding(720)).toMatchObject({ scalabilityMode: 'L3T3_KEY', maxBitrate: 1_200_000 })
    expect(layeredEncoding(360)).toMatchObject({ scalabilityMode: 'L2T3_KEY', maxBitrate: 600_000 })
    expect(layeredEncoding(180)).toMatchObject({ scalabilityMode: 'L1T3', maxBitrate: 600_000 })
    const next = suited([{ maxBitrate: 1 }], 360, 'video/VP9')
    expect(next).toEqual([layeredEncoding(360)])
    expect(suited(next ?? [], 360, 'video/VP9')).toBeNull()
    expect(suited([{ maxBitrate: 1 }], 360, 'video/AV1')).toEqual(next)
    expect(suited([{ maxBitrate: 1 }], 360, 'video/VP8')?.[0]).not.toHaveProperty('scalabilityMode')
  })
})

describe('preferred', () => {
  it('keeps what the house speaks, best first', () => {
    const codecs = [
      { mimeType: 'video/rtx' },
      { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=0' },
      { mimeType: 'video/H264', sdpFmtpLine: 'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f' },
      { mimeType: 'video/H264', sdpFmtpLine: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640034' },
      { mimeType: 'video/H264', sdpFmtpLine: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f' },
      { mimeType: 'video/VP8' },
      { mimeType: 'video/AV1', sdpFmtpLine: 'level-idx=5;profile=1;tier=0' },
      { mimeType: 'video/AV1', sdpFmtpLine: 'level-idx=5;profile=0;tier=0' },
      { mimeType: 'video/red' },
      { mimeType: 'video/ulpfec' },
    ]
    expect(preferred(codecs).map((each) => each.mimeType)).toEqual(['video/VP8', 'video/H264', 'video/VP9', 'video/AV1', 'video/rtx'])
    expect(preferred(codecs, false).map((each) => each.mimeType)).toEqual(['video/VP8', 'video/H264', 'video/rtx'])
    const sounds = ['audio/red', 'audio/G722', 'audio/opus', 'audio/telephone-event'].map((mimeType) => ({ mimeType }))
    expect(preferred(sounds).map((each) => each.mimeType)).toEqual(['audio/opus', 'audio/red'])
  })
})
