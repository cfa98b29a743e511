// Runs inside a second browser page and answers offers the way the server does: seat slots are
// filled with painted pictures. Development only.

/** To be evaluated in the page once. */
export function install() {
  const legs = new Map()
  function painted(label, hue, wide) {
    const canvas = document.createElement('canvas')
    canvas.width = wide ? 1280 : 320
    canvas.height = wide ? 720 : 180
    const pen = canvas.getContext('2d')
    let tick = 0
    const draw = () => {
      tick += 1
      const [w, h] = [canvas.width, canvas.height]
      pen.fillStyle = wide ? '#fff' : `hsl(${hue} 22% 62%)`
      pen.fillRect(0, 0, w, h)
      if (wide) {
        pen.fillStyle = '#222'
        pen.font = '44px sans-serif'
        pen.fillText('借条', w / 2 - 50, 90)
        pen.font = '30px sans-serif'
        ;['今借到张三人民币伍万元整（￥50,000.00）', '约定月利率百分之一，于2025年6月30日前还清。', '借款人：李秀英', '2024年7月1日'].forEach((line, i) => pen.fillText(line, 140, 190 + i * 70))
      } else {
        pen.fillStyle = `hsl(${hue} 25% 30%)`
        pen.beginPath()
        pen.ellipse(w / 2, h * 1.05, w * 0.26, h * 0.5, 0, 0, 7)
        pen.fill()
        pen.fillStyle = 'hsl(28 45% 72%)'
        pen.beginPath()
        pen.ellipse(w / 2, h * 0.4 + Math.sin(tick / 9) * 3, w * 0.085, h * 0.2, 0, 0, 7)
        pen.fill()
        pen.fillStyle = '#222'
        pen.beginPath()
        pen.ellipse(w / 2, h * 0.27 + Math.sin(tick / 9) * 3, w * 0.09, h * 0.1, 0, 0, 7)
        pen.fill()
      }
      pen.fillStyle = 'rgba(0,0,0,.25)'
      pen.fillRect((tick * 4) % w, 0, 3, 8)
    }
    draw()
    setInterval(draw, 200)
    return canvas.captureStream(5).getVideoTracks()[0]
  }
  function tone() {
    const context = new AudioContext()
    const note = context.createOscillator()
    const volume = context.createGain()
    volume.gain.value = 0.05
    const out = context.createMediaStreamDestination()
    note.connect(volume).connect(out)
    note.start()
    return out.stream.getAudioTracks()[0]
  }
  window.answer = async (connection, sdp, lines) => {
    let leg = legs.get(connection)
    if (!leg) {
      leg = new RTCPeerConnection()
      legs.set(connection, leg)
    }
    await leg.setRemoteDescription({ type: 'offer', sdp })
    for (const { mid, purpose } of lines) {
      const line = leg.getTransceivers().find((each) => each.mid === mid)
      if (purpose.for === 'publish') line.direction = 'recvonly'
      else if (!line.sender.track) {
        line.direction = 'sendonly'
        const sound = purpose.for === 'seat' && purpose.medium === 'sound'
        await line.sender.replaceTrack(sound ? tone() : painted('', 200 + purpose.slot * 47, purpose.for === 'screen'))
      }
    }
    await leg.setLocalDescription()
    if (leg.iceGatheringState !== 'complete') {
      await new Promise((resolve) => {
        leg.onicegatheringstatechange = () => leg.iceGatheringState === 'complete' && resolve()
      })
    }
    return leg.localDescription.sdp
  }
}
