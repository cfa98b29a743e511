//! Which addresses are told to a page.
//!
//! What is not here: asking the system for its addresses; they come in as arguments.

use std::net::{IpAddr, SocketAddr};

/// Addresses in one answer: a browser pairs each with each of its own.
pub const CANDIDATES_MAX: usize = 8;

/// TCP addresses of one port: a browser opens a connection to each.
const STREAMS_PER_PORT_MAX: usize = 3;

/// The addresses to tell a page, best first: those the operator announces, the one by which the
/// page reached this server, then those of the machine. `bound` are the sockets' own addresses; a
/// socket bound to one address is reached by that address alone.
///
/// Link-local addresses are left out. Loopback is told only to a page that came by loopback, or
/// when there is nothing else.
pub fn candidates(
    bound: &[SocketAddr],
    announce: &[IpAddr],
    reached: IpAddr,
    interfaces: &[IpAddr],
) -> Vec<SocketAddr> {
    let reached = reached.to_canonical();
    let socket_for = |ip: IpAddr| {
        bound.iter().find(|socket| {
            socket.is_ipv4() == ip.is_ipv4() && (socket.ip().is_unspecified() || socket.ip() == ip)
        })
    };
    // An announced address lies before a translator, so no socket is bound to it.
    let announced = announce.iter().filter_map(|ip| {
        let same_kind = bound.iter().find(|socket| socket.is_ipv4() == ip.is_ipv4())?;
        Some(SocketAddr::new(*ip, same_kind.port()))
    });
    let own = std::iter::once(reached)
        .chain(bound.iter().map(SocketAddr::ip))
        .chain(interfaces.iter().copied())
        .filter_map(|ip| socket_for(ip).map(|socket| SocketAddr::new(ip, socket.port())));
    let mut found: Vec<SocketAddr> = Vec::new();
    for address in announced.chain(own) {
        if is_tellable(address.ip()) && !found.contains(&address) {
            found.push(address);
        }
    }
    let far: Vec<SocketAddr> =
        found.iter().copied().filter(|address| !address.ip().is_loopback()).collect();
    if !reached.is_loopback() && !far.is_empty() {
        found = far;
    }
    found.truncate(CANDIDATES_MAX);
    found
}

/// The TCP addresses to tell a page, best first. `bound` may hold several ports, as HTTPS and media
/// may have one each: of each port the best few are told.
pub fn stream_candidates(
    bound: &[SocketAddr],
    announce: &[IpAddr],
    reached: IpAddr,
    interfaces: &[IpAddr],
) -> Vec<SocketAddr> {
    let mut ports: Vec<u16> = Vec::new();
    for address in bound {
        if !ports.contains(&address.port()) {
            ports.push(address.port());
        }
    }
    let of_port = |port: u16| {
        let bound: Vec<SocketAddr> = bound.iter().copied().filter(|a| a.port() == port).collect();
        candidates(&bound, announce, reached, interfaces).into_iter().take(STREAMS_PER_PORT_MAX)
    };
    ports.into_iter().flat_map(of_port).take(CANDIDATES_MAX).collect()
}

fn is_tellable(ip: IpAddr) -> bool {
    let link_local = match ip {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    !link_local && !ip.is_unspecified() && !ip.is_multicast()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(list: &[&str]) -> Vec<IpAddr> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn told(bound: &[&str], announce: &[&str], reached: &str, interfaces: &[&str]) -> Vec<String> {
        let bound: Vec<SocketAddr> = bound.iter().map(|text| text.parse().unwrap()).collect();
        candidates(&bound, &ips(announce), reached.parse().unwrap(), &ips(interfaces))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    const ANY: [&str; 2] = ["0.0.0.0:40000", "[::]:40000"];

    #[test]
    fn announced_reached_and_own_addresses_in_this_order() {
        let own = ["127.0.0.1", "::1", "10.0.0.5", "fe80::1", "169.254.1.1", "2001:db8::5"];
        assert_eq!(
            told(&ANY, &["203.0.113.9"], "10.0.0.5", &own),
            ["203.0.113.9:40000", "10.0.0.5:40000", "[2001:db8::5]:40000"]
        );
    }

    #[test]
    fn loopback_only_for_who_came_by_it_or_when_there_is_nothing_else() {
        let own = ["127.0.0.1", "10.0.0.5"];
        assert_eq!(told(&ANY, &[], "127.0.0.1", &own), ["127.0.0.1:40000", "10.0.0.5:40000"]);
        assert_eq!(told(&ANY, &[], "::ffff:127.0.0.1", &own)[0], "127.0.0.1:40000");
        assert_eq!(told(&ANY[..1], &[], "::1", &["127.0.0.1"]), ["127.0.0.1:40000"]);
        assert_eq!(told(&ANY, &[], "192.0.2.1", &["127.0.0.1", "192.0.2.1"]), ["192.0.2.1:40000"]);
    }

    #[test]
    fn a_socket_bound_to_one_address_is_told_by_it_alone() {
        let own = ["10.0.0.5", "10.0.0.6"];
        assert_eq!(told(&["10.0.0.6:5000"], &[], "10.0.0.5", &own), ["10.0.0.6:5000"]);
    }

    #[test]
    fn streams_are_told_by_each_port() {
        let at: Vec<SocketAddr> =
            ["0.0.0.0:443", "0.0.0.0:8443"].iter().map(|text| text.parse().unwrap()).collect();
        let reached = "10.0.0.5".parse().unwrap();
        let own = ips(&["10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8"]);
        let told: Vec<String> = stream_candidates(&at, &ips(&["203.0.113.9"]), reached, &own)
            .iter()
            .map(ToString::to_string)
            .collect();
        let expected = ["203.0.113.9", "10.0.0.5", "10.0.0.6"];
        let expected: Vec<String> = ["443", "8443"]
            .iter()
            .flat_map(|port| expected.iter().map(move |ip| format!("{ip}:{port}")))
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn never_more_than_the_limit() {
        let own: Vec<String> = (0..40).map(|n| format!("10.0.0.{n}")).collect();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        assert_eq!(told(&ANY, &[], "10.0.0.1", &own).len(), CANDIDATES_MAX);
    }
}
