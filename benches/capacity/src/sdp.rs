//! The few session descriptions of the load: offers, answers to a server that offers, and what is
//! read out of either.
//!
//! What is not here: everything a browser would say besides.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::media::{
    COUNT_EXT, Kind, LEVEL_EXT, MID_EXT, OPUS, REDUNDANT, REPAIR, RID_EXT, RIDS, VP8,
};

/// One line of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Sound or picture.
    pub kind: Kind,
    /// The source, on lines that send; none on lines that receive.
    pub sends: Option<u32>,
    /// Whether the picture goes out in layers (RFC 8853), whose sources are not announced.
    pub layers: bool,
}

/// This end of a connection.
#[derive(Clone, Debug)]
pub struct Own {
    /// Where it is.
    pub address: SocketAddr,
    /// ICE user name.
    pub ufrag: String,
    /// ICE password.
    pub password: &'static str,
    /// SHA-256 of the certificate, in colons.
    pub fingerprint: String,
}

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Where it is.
    pub address: SocketAddr,
    /// ICE user name.
    pub ufrag: String,
    /// ICE password.
    pub password: String,
}

/// A line of a server's offer, to be answered.
struct Asked {
    media: String,
    mid: String,
    payload: String,
    codec: String,
}

/// The mids are the places of the lines. `counted`: as browsers offer, with transport-wide numbers,
/// repairs on sources of their own and redundant sound.
pub fn offer(own: &Own, lines: &[Line], counted: bool) -> String {
    let mids: Vec<String> = (0..lines.len()).map(|mid| mid.to_string()).collect();
    let mut text = head(own, &mids.join(" "), "active");
    for (mid, line) in mids.iter().zip(lines) {
        let (media, payload, codec) = match line.kind {
            Kind::Sound => ("audio", OPUS, "opus/48000/2"),
            Kind::Picture => ("video", VP8, "VP8/90000"),
        };
        let direction = if line.sends.is_some() { "sendonly" } else { "recvonly" };
        let payloads = match line.kind {
            Kind::Sound if counted => format!("{payload} {REDUNDANT}"),
            Kind::Picture if counted => format!("{payload} {REPAIR}"),
            Kind::Sound | Kind::Picture => payload.to_string(),
        };
        transport(&mut text, own, media, &payloads, mid, direction, "active");
        let mut push = |line: String| {
            text.push_str(&line);
            text.push_str("\r\n");
        };
        push(format!("a=extmap:{MID_EXT} urn:ietf:params:rtp-hdrext:sdes:mid"));
        if line.kind == Kind::Sound {
            push(format!("a=extmap:{LEVEL_EXT} urn:ietf:params:rtp-hdrext:ssrc-audio-level"));
        }
        push(format!("a=rtpmap:{payload} {codec}"));
        if line.kind == Kind::Picture {
            for feedback in ["nack", "nack pli", "ccm fir"] {
                push(format!("a=rtcp-fb:{payload} {feedback}"));
            }
        } else {
            push(format!("a=fmtp:{payload} minptime=10;useinbandfec=1"));
        }
        if counted {
            let uri = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
            push(format!("a=extmap:{COUNT_EXT} {uri}"));
            push(format!("a=rtcp-fb:{payload} transport-cc"));
            if line.kind == Kind::Picture {
                push(format!("a=rtpmap:{REPAIR} rtx/90000"));
                push(format!("a=fmtp:{REPAIR} apt={payload}"));
            } else {
                push(format!("a=rtpmap:{REDUNDANT} red/48000/2"));
                push(format!("a=fmtp:{REDUNDANT} {payload}/{payload}"));
            }
        }
        if line.layers {
            push(format!("a=extmap:{RID_EXT} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"));
            RIDS.iter().for_each(|rid| push(format!("a=rid:{rid} send")));
            push(format!("a=simulcast:send {}", RIDS.map(String::from).join(";")));
        } else if let Some(ssrc) = line.sends {
            push(format!("a=msid:load load-{media}"));
            if counted && line.kind == Kind::Picture {
                push(format!("a=ssrc-group:FID {ssrc} {}", ssrc + 8));
                push(format!("a=ssrc:{} cname:load", ssrc + 8));
            }
            push(format!("a=ssrc:{ssrc} cname:load"));
        }
    }
    text
}

/// Answers a server's offer: every line is received with the codec that comes first.
pub fn answer(own: &Own, offer: &str) -> String {
    let mut asked: Vec<Asked> = Vec::new();
    for line in offer.lines().map(str::trim_end) {
        if let Some(rest) = line.strip_prefix("m=") {
            let words: Vec<&str> = rest.split(' ').collect();
            asked.push(Asked {
                media: words[0].to_owned(),
                mid: String::new(),
                payload: words.get(3).copied().unwrap_or("0").to_owned(),
                codec: String::new(),
            });
        }
        let Some(last) = asked.last_mut() else { continue };
        if let Some(mid) = line.strip_prefix("a=mid:") {
            last.mid = mid.to_owned();
        }
        if let Some(codec) = line.strip_prefix(&format!("a=rtpmap:{} ", last.payload)) {
            last.codec = codec.to_owned();
        }
    }
    let mids: Vec<&str> = asked.iter().map(|line| line.mid.as_str()).collect();
    let mut text = head(own, &mids.join(" "), "active");
    for line in &asked {
        transport(&mut text, own, &line.media, &line.payload, &line.mid, "recvonly", "active");
        write!(text, "a=rtpmap:{} {}\r\n", line.payload, line.codec).expect("a string");
    }
    text
}

fn head(own: &Own, mids: &str, setup: &str) -> String {
    let Own { address, fingerprint, .. } = own;
    format!(
        "v=0\r\no=- 1 1 IN IP4 {}\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mids}\r\n\
         a=fingerprint:sha-256 {fingerprint}\r\na=setup:{setup}\r\n",
        address.ip()
    )
}

fn transport(
    text: &mut String,
    own: &Own,
    media: &str,
    payload: &str,
    mid: &str,
    direction: &str,
    setup: &str,
) {
    let Own { address, ufrag, password, fingerprint } = own;
    write!(
        text,
        "m={media} 9 UDP/TLS/RTP/SAVPF {payload}\r\nc=IN IP4 0.0.0.0\r\n\
         a=candidate:1 1 udp 2130706431 {} {} typ host\r\na=end-of-candidates\r\n\
         a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\na=fingerprint:sha-256 {fingerprint}\r\n\
         a=setup:{setup}\r\na=mid:{mid}\r\na={direction}\r\na=rtcp-mux\r\n",
        address.ip(),
        address.port(),
    )
    .expect("writing to a string does not fail");
}

/// Finds the other end in its description.
pub fn other(text: &str, own: SocketAddr) -> Option<Other> {
    let value = |key: &str| {
        text.lines().find_map(|line| line.trim_end().strip_prefix(key)).map(str::to_owned)
    };
    let address = text
        .lines()
        .filter_map(|line| line.trim_end().strip_prefix("a=candidate:"))
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .filter(|words| words.len() > 5 && words[2].eq_ignore_ascii_case("udp"))
        .filter_map(|words| format!("{}:{}", words[4], words[5]).parse::<SocketAddr>().ok())
        .find(|address| address.ip().is_loopback() && address.is_ipv4() == own.is_ipv4())?;
    Some(Other { address, ufrag: value("a=ice-ufrag:")?, password: value("a=ice-pwd:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Own {
        let address = SocketAddr::from(([127, 0, 0, 1], 5_000));
        Own {
            address,
            ufrag: "user".to_owned(),
            password: "password",
            fingerprint: "AA:BB".to_owned(),
        }
    }

    #[test]
    fn an_offer_says_where_this_end_is() {
        let line = |kind, sends| Line { kind, sends, layers: false };
        let lines = [line(Kind::Sound, Some(7)), line(Kind::Picture, None)];
        let layered = Line { kind: Kind::Picture, sends: Some(9), layers: true };
        let text = offer(&own(), &[layered], true);
        assert!(text.contains("a=simulcast:send q;h;f") && !text.contains("a=ssrc"), "{text}");
        assert!(offer(&own(), &lines, true).contains("a=fmtp:97 apt=96"));
        let text = offer(&own(), &lines, false);
        let found = other(&text, own().address).unwrap();
        assert_eq!((found.address, found.ufrag.as_str()), (own().address, "user"));
        assert!(text.contains("a=mid:1\r\na=recvonly") && text.contains("a=ssrc:7 "));
    }

    #[test]
    fn an_answer_takes_each_lines_first_codec() {
        let asked = "m=audio 9 X 100 101\r\na=mid:a\r\na=rtpmap:100 opus/48000/2\r\n\
                     m=video 9 X 102\r\na=mid:v\r\na=rtpmap:102 VP8/90000\r\n";
        let text = answer(&own(), asked);
        assert!(text.contains("BUNDLE a v\r\n") && text.contains("a=rtpmap:100 opus/48000/2\r\n"));
        assert!(text.contains("a=mid:v\r\na=recvonly") && text.contains("a=rtpmap:102 VP8/90000"));
    }

    #[test]
    fn addresses_of_other_machines_are_passed_over() {
        let text = "a=ice-ufrag:u\r\na=ice-pwd:p\r\n\
                    a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
        assert!(other(text, own().address).is_none());
    }
}
