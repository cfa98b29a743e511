//! Handshakes in memory against a client made of the same library.

use super::*;

const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 2);

fn client(identity: &Identity, profiles: Vec<SrtpProtectionProfile>) -> Endpoint {
    let config = ConfigBuilder::default()
        .with_crypto_provider(Arc::clone(&identity.provider))
        .with_certificates(vec![identity.certificate.clone()])
        .with_srtp_protection_profiles(profiles)
        .with_insecure_skip_verify(true)
        .build(true, None)
        .unwrap();
    let mut endpoint = Endpoint::new(PEER, TransportProtocol::UDP, None);
    endpoint.connect(Instant::now(), SERVER, Arc::new(config), None).unwrap();
    endpoint
}

fn fingerprint_of(identity: &Identity) -> Fingerprint {
    Fingerprint { kind: DigestKind::Sha256, digest: identity.fingerprint.to_vec() }
}

/// Carries datagrams both ways until neither end has any; gives the server's keys.
fn run(client: &mut Endpoint, server: &mut Dtls) -> Option<Box<Srtp>> {
    let now = Instant::now();
    let mut connected = None;
    for _ in 0..20 {
        let mut to_client = Vec::new();
        while let Some(packet) = client.poll_transmit() {
            if let DtlsStep::Connected(srtp) = server.read(now, &packet.message, &mut to_client) {
                connected = Some(srtp);
            }
        }
        if to_client.is_empty() {
            break;
        }
        for packet in to_client {
            if client.read(now, SERVER, None, packet).is_err() {
                return connected;
            }
        }
    }
    connected
}

fn exchange(profiles: Vec<SrtpProtectionProfile>, profile: Profile) {
    let (ours, theirs) = (Identity::generate().unwrap(), Identity::generate().unwrap());
    let mut server = Dtls::new(ours, fingerprint_of(&theirs));
    let mut client = client(&theirs, profiles);
    let mut srtp = run(&mut client, &mut server).expect("the handshake ends");
    let state = client.get_connection_state(SERVER).unwrap();
    let material = state.export_keying_material(EXPORTER, &[], profile.material_len()).unwrap();
    let mut page = Srtp::client(profile, material.as_ref(), theirs.crypto()).unwrap();
    let header = [0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5];
    let mut packet = Vec::new();
    page.sealer.rtp(&header, b"sound", 0, &mut packet).unwrap();
    let len = srtp.opener.open_rtp(&mut packet).unwrap();
    assert_eq!(&packet[12..len], b"sound");
}

#[test]
fn gcm_is_used_even_when_the_client_names_it_last() {
    exchange(
        vec![
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
            SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm,
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
        ],
        Profile::AeadAes128Gcm,
    );
}

#[test]
fn a_client_without_gcm_gets_aes_cm() {
    exchange(vec![SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80], Profile::Aes128CmSha1);
}

#[test]
fn a_certificate_with_another_digest_gets_no_keys() {
    let [ours, theirs, other] = [(); 3].map(|()| Identity::generate().unwrap());
    let mut server = Dtls::new(ours, fingerprint_of(&other));
    let mut client = client(&theirs, vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm]);
    assert!(run(&mut client, &mut server).is_none());
}

#[test]
fn only_a_client_hello_begins_anything() {
    let ours = Identity::generate().unwrap();
    let expected = fingerprint_of(&ours);
    let mut server = Dtls::new(ours, expected);
    let mut out = Vec::new();
    for junk in [&[][..], &[22; 100], &[20, 254, 253, 0], &[0; 1_400]] {
        let step = server.read(Instant::now(), junk, &mut out);
        assert!(matches!(step, DtlsStep::Refused));
    }
    assert!(out.is_empty());
    assert!(server.wake_at().is_none());
}

/// The first record of a hello that OpenSSL split for packets of 256 bytes (GStreamer 1.22, which
/// knows AES-CM only), as far as these extensions.
fn split_hello(extensions: &[&[u8]]) -> Vec<u8> {
    let mut body = vec![254, 253];
    body.extend_from_slice(&[7; 32]);
    // No session, no cookie, one suite, no compression, and extensions that go on elsewhere.
    body.extend_from_slice(&[0, 0, 0, 2, 192, 43, 1, 0, 0, 91]);
    body.extend(extensions.concat());
    let len = u8::try_from(body.len()).unwrap();
    let mut record = vec![22, 254, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, len + 12];
    record.extend_from_slice(&[1, 0, 1, 21, 0, 0, 0, 0, 0, 0, 0, len]);
    record.extend(body);
    record
}

#[test]
fn the_profiles_of_a_split_hello_are_found_as_far_as_it_goes() {
    let profiles = |extensions: &[&[u8]]| hello::read(&split_hello(extensions)).unwrap();
    let formats: &[u8] = &[0, 11, 0, 4, 3, 0, 1, 2];
    let srtp: &[u8] = &[0, 14, 0, 5, 0, 2, 0, 1, 0];
    let found = profiles(&[formats, srtp, &[0, 22]]).srtp_profiles.unwrap();
    assert_eq!((found.gcm, found.cm), (false, true));
    assert_eq!(profiles(&[formats]).srtp_profiles, None, "not named yet");
    assert_eq!(profiles(&[formats, &srtp[..6]]).srtp_profiles, None, "cut in the middle");
}

#[test]
fn a_lost_flight_is_repeated_at_its_time() {
    let (ours, theirs) = (Identity::generate().unwrap(), Identity::generate().unwrap());
    let mut server = Dtls::new(ours, fingerprint_of(&theirs));
    let mut client = client(&theirs, vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm]);
    let now = Instant::now();
    let mut out = Vec::new();
    // The first answer is the stateless cookie; the second is the flight that gets lost.
    for _ in 0..2 {
        out.clear();
        while let Some(packet) = client.poll_transmit() {
            server.read(now, &packet.message, &mut out);
        }
        for packet in out.clone() {
            if out.len() == 1 {
                client.read(now, SERVER, None, packet).unwrap();
            }
        }
    }
    let due = server.wake_at().expect("something waits for an answer");
    let mut again = Vec::new();
    server.tick(due, &mut again);
    assert!(!again.is_empty());
}
