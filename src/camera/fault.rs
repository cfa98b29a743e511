//! What goes wrong with a camera, each in a sentence an operator can act upon.
//!
//! What is not here: retrying. No sentence holds an address, a name, a code or what a library
//! said, since libraries quote addresses.

/// Why a camera gives no picture at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CameraFault {
    /// Nobody answers at the address.
    #[error(
        "连不上摄像机：请检查电源、网线和地址。\
         The camera cannot be reached: look at its power, its cable and the address."
    )]
    Unreachable,
    /// Name or password is wrong.
    #[error("摄像机拒绝了用户名或密码。The camera refuses the name or the password.")]
    Login,
    /// The camera knows no such stream.
    #[error(
        "摄像机没有这一路视频流：请检查地址中的路径。\
         The camera has no such stream: look at the path of the address."
    )]
    NoStream,
    /// The camera sends another codec than H.264.
    #[error(
        "摄像机输出的不是 H.264（多为 H.265/HEVC）：请在摄像机“视频编码”设置中改为 H.264，\
         档次选 Baseline 或 Main，并关闭“智能编码”（H.264+、Smart265）。\
         The camera does not send H.264 (mostly H.265/HEVC): in its video settings choose H.264, \
         profile Baseline or Main, and switch off the smart codec (H.264+, Smart265)."
    )]
    NotH264,
    /// Packets are interleaved (packetization-mode 2, RFC 6184 §5.4), which no browser reads.
    #[error(
        "摄像机使用交错封包（packetization-mode 2），浏览器无法播放：请更新摄像机固件。\
         The camera interleaves its packets (packetization-mode 2), which no browser plays: \
         renew its firmware."
    )]
    Interleaved,
    /// No packet for a while.
    #[error("摄像机 5 秒没有画面。The camera has sent no picture for 5 s.")]
    Silent,
    /// The stream ended or broke.
    #[error("与摄像机的连接中断。The connection to the camera broke.")]
    Broken,
}

/// Why the server does not take the camera at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CourtFault {
    /// Nobody answers at the address.
    #[error(
        "连不上庭审服务器：请检查网络和地址。\
         The court's server cannot be reached: look at the network and the address."
    )]
    Unreachable,
    /// The certificate is not believed.
    #[error(
        "不信任服务器的证书：请用 --trust 指定证书文件。\
         The server's certificate is not believed: give its PEM file with --trust."
    )]
    Certificate,
    /// The join code is not (or no longer) right.
    #[error("服务器不接受验证码：请重新发放。The server refuses the join code: issue a new one.")]
    Code,
    /// The hearing is not there, or no more.
    #[error("服务器上没有该庭审，或已闭庭。The hearing is not there, or is closed.")]
    NoHearing,
    /// The server answered something else.
    #[error("服务器暂不接收（状态 {0}）。The server does not take it now (status {0}).")]
    Status(u16),
    /// The answer cannot be used.
    #[error("服务器的应答无法使用。The server's answer cannot be used.")]
    Answer,
    /// No media path to the server.
    #[error(
        "媒体通道不通：请检查到服务器的 UDP 端口。\
         No path for media: look at the UDP port of the server."
    )]
    NoPath,
    /// The media path was lost.
    #[error("与庭审服务器的媒体通道中断。The media path to the court's server broke.")]
    Lost,
    /// The own engine failed.
    #[error("本机无法建立媒体连接。This machine cannot make a media connection.")]
    Engine,
}
