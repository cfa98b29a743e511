//! Both ends against each other: order, repetition, loss, forgery and the wrap.

use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::RingProvider;

use super::*;

pub(crate) fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2));
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

pub(crate) fn pair(profile: Profile) -> (Srtp, Srtp) {
    let provider = RingProvider::new();
    let material: Vec<u8> = (0..u8::try_from(profile.material_len()).unwrap()).collect();
    let server = Srtp::server(profile, &material, provider.crypto()).unwrap();
    let client = Srtp::client(profile, &material, provider.crypto()).unwrap();
    (server, client)
}

fn header(sequence: u16, ssrc: u32) -> Vec<u8> {
    let mut header = vec![0x90, 0x60];
    header.extend_from_slice(&sequence.to_be_bytes());
    header.extend_from_slice(&7_u32.to_be_bytes());
    header.extend_from_slice(&ssrc.to_be_bytes());
    header.extend_from_slice(&[0xBE, 0xDE, 0, 1, 0x10, b'3', 0, 0]);
    header
}

fn sealed(sealer: &mut Sealer, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let mut arena = Vec::new();
    sealer.rtp(&header(sequence, 9), payload, 0, &mut arena).unwrap();
    arena
}

#[test]
fn packets_come_out_as_they_went_in_over_the_wrap() {
    for profile in [Profile::AeadAes128Gcm, Profile::Aes128CmSha1] {
        let (mut server, mut client) = pair(profile);
        for count in 0..70_000_u32 {
            let sequence = u16::try_from((count + 1_000) % 65_536).unwrap();
            let mut packet = sealed(&mut server.sealer, sequence, &count.to_be_bytes());
            let len = client.opener.open_rtp(&mut packet).unwrap();
            assert_eq!(packet[..20], header(sequence, 9)[..]);
            assert_eq!(packet[20..len], count.to_be_bytes());
        }
    }
}

#[test]
fn repeats_from_before_the_wrap_open_and_are_the_same_bytes() {
    let (mut server, mut client) = pair(Profile::AeadAes128Gcm);
    let mut first = sealed(&mut server.sealer, 65_533, b"a");
    let lost = sealed(&mut server.sealer, 65_534, b"b");
    let mut after = sealed(&mut server.sealer, 3, b"c");
    client.opener.open_rtp(&mut first).unwrap();
    client.opener.open_rtp(&mut after).unwrap();
    let mut again = sealed(&mut server.sealer, 65_534, b"b");
    assert_eq!(again, lost);
    let len = client.opener.open_rtp(&mut again).unwrap();
    assert_eq!(&again[20..len], b"b");
}

#[test]
fn one_number_never_carries_two_contents() {
    let (mut server, _) = pair(Profile::AeadAes128Gcm);
    sealed(&mut server.sealer, 10, b"first");
    sealed(&mut server.sealer, 11, b"next");
    let mut arena = vec![1, 2, 3];
    let refused = server.sealer.rtp(&header(10, 9), b"other", 0, &mut arena);
    assert_eq!(refused, Err(SealRefused::NonceUsed));
    assert_eq!(arena, [1, 2, 3], "nothing of it is left to be sent");
    sealed(&mut server.sealer, 600, b"later");
    let refused = server.sealer.rtp(&header(10, 9), b"first", 0, &mut arena);
    assert_eq!(refused, Err(SealRefused::NonceUsed), "too long ago to know");
}

#[test]
fn replayed_forged_and_broken_packets_are_told_apart() {
    for profile in [Profile::AeadAes128Gcm, Profile::Aes128CmSha1] {
        let (mut server, mut client) = pair(profile);
        let packet = sealed(&mut client.sealer, 1, b"genuine");
        let mut forged = packet.clone();
        forged[20] ^= 1;
        assert_eq!(server.opener.open_rtp(&mut forged), Err(SrtpDrop::Forged));
        assert!(server.opener.open_rtp(&mut packet.clone()).is_ok());
        assert_eq!(server.opener.open_rtp(&mut packet.clone()), Err(SrtpDrop::Replayed));
        assert_eq!(server.opener.open_rtp(&mut packet[..19].to_vec()), Err(SrtpDrop::Malformed));
        let mut overrun = packet;
        overrun[14] = 0xFF;
        assert_eq!(server.opener.open_rtp(&mut overrun), Err(SrtpDrop::Malformed));
    }
}

#[test]
fn strangers_cannot_fill_the_list_of_sources() {
    let (mut server, mut client) = pair(Profile::AeadAes128Gcm);
    for ssrc in 0..1_000_u32 {
        let mut junk = header(1, ssrc);
        junk.extend_from_slice(&[0; 40]);
        assert_eq!(server.opener.open_rtp(&mut junk), Err(SrtpDrop::Forged));
    }
    assert!(server.opener.open_rtp(&mut sealed(&mut client.sealer, 1, b"x")).is_ok());
}

#[test]
fn reports_come_out_once() {
    for profile in [Profile::AeadAes128Gcm, Profile::Aes128CmSha1] {
        let (mut server, mut client) = pair(profile);
        let report = hex("81c9000700000009000000000000000000000000000000000000000000000000");
        let mut arena = Vec::new();
        server.sealer.rtcp(&report, &mut arena).unwrap();
        let mut copy = arena.clone();
        let len = client.opener.open_rtcp(&mut copy).unwrap();
        assert_eq!(&copy[..len], report);
        assert_eq!(client.opener.open_rtcp(&mut arena.clone()), Err(SrtpDrop::Replayed));
        arena[12] ^= 1;
        let (_, mut other) = pair(profile);
        assert_eq!(other.opener.open_rtcp(&mut arena), Err(SrtpDrop::Forged));
        assert_eq!(other.opener.open_rtcp(&mut arena[..20].to_vec()), Err(SrtpDrop::Malformed));
    }
}
