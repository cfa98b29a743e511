//! Which relays a page is told of.
//!
//! What is not here: relaying (`turn.rs`).

use std::sync::Arc;

use model::{HearingId, ParticipantId, Private, Relay};

use crate::door::Homes;
use crate::thread::Clock;
use crate::turn::credentials::Secret;

/// Makes a participant's list of relays from how the page reached this server.
pub type RelayMaker = Arc<dyn Fn(HearingId, ParticipantId, &str) -> Vec<Relay> + Send + Sync>;

/// What is told.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) secret: Arc<Secret>,
    pub(crate) homes: Homes,
    pub(crate) clock: Clock,
    /// UDP ports, by thread.
    pub(crate) ports: Vec<u16>,
    /// Where TCP is taken by this room itself.
    pub(crate) tcp_port: Option<u16>,
    /// Whether the HTTPS port has a certificate that browsers trust.
    pub(crate) trusted_tls: bool,
}

impl Told {
    pub(crate) fn maker(&self) -> RelayMaker {
        let told = self.clone();
        Arc::new(move |hearing, participant, reached| told.relays(hearing, participant, reached))
    }

    fn relays(&self, hearing: HearingId, participant: ParticipantId, reached: &str) -> Vec<Relay> {
        let Some((host, https_port)) = parse(reached) else { return Vec::new() };
        let mut urls = Vec::new();
        // A hearing is known by UDP to its own thread alone; streams find it by the user name.
        let thread = self.homes.get(hearing).or((self.ports.len() == 1).then_some(0));
        if let Some(port) = thread.and_then(|thread| self.ports.get(thread)) {
            urls.push(format!("turn:{host}:{port}?transport=udp"));
        }
        urls.push(format!("turn:{host}:{https_port}?transport=tcp"));
        if self.trusted_tls {
            urls.push(format!("turns:{host}:{https_port}?transport=tcp"));
        }
        if let Some(port) = self.tcp_port.filter(|port| *port != https_port) {
            urls.push(format!("turn:{host}:{port}?transport=tcp"));
        }
        let now = (self.clock)().utc;
        let (username, credential) = self.secret.credential(hearing, participant, now);
        let (username, credential) = (Private::new(username), Private::new(credential));
        vec![Relay { urls, username, credential }]
    }
}

/// Host and port of a `Host` header; none when it is not one.
fn parse(reached: &str) -> Option<(&str, u16)> {
    let (host, port) = match reached.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        Some(_) | None => (reached, 443),
    };
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let plain = match v6 {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)),
    };
    (plain && !host.is_empty() && host.len() <= 255).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use model::{Instant, Now, Timestamp};

    use super::*;

    fn told(ports: &[u16], tcp_port: Option<u16>) -> Told {
        let secret = Arc::new(Secret::random().unwrap());
        let clock: Clock =
            Arc::new(|| Now { instant: Instant(0), utc: Timestamp(1_700_000_000_000) });
        let (homes, ports) = (Homes::default(), ports.to_vec());
        Told { secret, homes, clock, ports, tcp_port, trusted_tls: true }
    }

    #[test]
    fn a_page_is_told_every_way_by_the_name_it_used() {
        let told = told(&[8443], None);
        let relays = told.relays(HearingId(7), ParticipantId(3), "court.example");
        assert_eq!(
            relays[0].urls,
            [
                "turn:court.example:8443?transport=udp",
                "turn:court.example:443?transport=tcp",
                "turns:court.example:443?transport=tcp",
            ]
        );
        assert!(relays[0].username.reveal().ends_with(":7-3"));
        let v6 = told.relays(HearingId(7), ParticipantId(3), "[2001:db8::1]:8443");
        assert_eq!(v6[0].urls[1], "turn:[2001:db8::1]:8443?transport=tcp");
        for nonsense in ["", "a b", "a/b:1", "[::1", "[nobody]", "a:99999", "a:b"] {
            assert_eq!(told.relays(HearingId(7), ParticipantId(3), nonsense), [], "{nonsense}");
        }
    }

    #[test]
    fn a_relay_that_browsers_would_refuse_is_not_told() {
        let told = Told { trusted_tls: false, ..told(&[8443], None) };
        let relays = told.relays(HearingId(7), ParticipantId(3), "court.example");
        assert!(relays[0].urls.iter().all(|url| url.starts_with("turn:")));
        assert_eq!(relays[0].urls.len(), 2);
    }

    #[test]
    fn udp_is_told_by_the_port_of_the_hearings_thread() {
        let told = told(&[8443, 8444], Some(8443));
        let urls =
            |told: &Told| told.relays(HearingId(7), ParticipantId(3), "a:443").remove(0).urls;
        assert!(!urls(&told).iter().any(|url| url.ends_with("udp")), "it has no thread yet");
        told.homes.set(HearingId(7), 1);
        assert_eq!(urls(&told)[0], "turn:a:8444?transport=udp");
        assert_eq!(urls(&told)[3], "turn:a:8443?transport=tcp");
    }
}
