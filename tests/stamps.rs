//! Time-stamps by a real authority, made with `openssl ts` behind a small HTTP server, that is away
//! at first.
//!
//! What is not here: what is checked of an answer (`crates/record/src/stamp.rs`).

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::house::{House, until};

/// What makes the authority.
const CONFIG: &str = "
[req]
distinguished_name = name
prompt = no
[name]
CN = Time
[tsa_ext]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[ca_ext]
basicConstraints = critical,CA:true
[tsa]
default_tsa = one
[one]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256,sm3
accuracy = secs:1
";

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output();
    let output = output.expect("openssl runs");
    assert!(
        output.status.success(),
        "openssl {arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn authority(folder: &Path) {
    std::fs::write(folder.join("tsa.cnf"), CONFIG).expect("written");
    std::fs::write(folder.join("serial"), "01\n").expect("written");
    let key = "-newkey rsa:2048 -nodes -config tsa.cnf";
    openssl(folder, &format!("req -x509 {key} -extensions ca_ext -keyout ca.key -out ca.pem"));
    openssl(folder, &format!("req -new {key} -keyout tsa.key -out tsa.csr"));
    openssl(
        folder,
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile tsa.cnf \
         -extensions tsa_ext -out tsa.pem",
    );
}

/// Answers one request: `503` the first time, then as an authority does.
async fn answer(stream: &mut TcpStream, folder: &Path, asked: u32) -> std::io::Result<()> {
    let mut request = Vec::new();
    let body = loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await?;
        request.extend_from_slice(&part[..count]);
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
        assert!(head.contains("content-type: application/timestamp-query"), "{head}");
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.and_then(|length| length.parse().ok()).expect("a length");
        if request.len() >= end + 4 + length {
            break request[end + 4..].to_vec();
        }
    };
    if asked == 0 {
        return stream
            .write_all(b"HTTP/1.1 503 Away\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .await;
    }
    std::fs::write(folder.join("query"), body)?;
    openssl(
        folder,
        "ts -reply -config tsa.cnf -queryfile query -signer tsa.pem -inkey tsa.key -out reply",
    );
    let reply = std::fs::read(folder.join("reply"))?;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        reply.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&reply).await
}

async fn stamped(signature: &str, imprint: &str) {
    let tools = tempfile::tempdir().expect("a scratch folder");
    authority(tools.path());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/tsa", listener.local_addr().expect("an address"));
    let asked = Arc::new(AtomicU32::new(0));
    let (folder, counted) = (tools.path().to_owned(), Arc::clone(&asked));
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let asked = counted.fetch_add(1, Ordering::Relaxed);
            answer(&mut stream, &folder, asked).await.expect("answered");
        }
    });
    let settings = format!("timestamp_url = {url:?}\nrecord_signature = {signature:?}");
    let mut house = House::with(&settings, "info").await;
    let (code, _) = house.seat("plaintiff");
    let script = "until:connected,open-check-in,until:checked-in:1,admit-all,until:people:1,open,\
                  until:in_session,wait:1,close,until:sealed";
    let (exit, report) =
        house.probe(&["--code", &code, "--judge-script", script, "--seconds", "25"]).await;
    assert_eq!(exit, Some(0), "{report:#}");
    let record = house.record_folder();
    let stamp = record.join("seal.tsr");
    until("a time-stamp", || stamp.exists().then_some(())).await;
    assert_eq!(asked.load(Ordering::Relaxed), 2, "away once, then there");
    server.abort();
    let mut check = Command::new("openssl");
    check.args(["ts", "-verify", "-data"]).arg(record.join("seal.json"));
    check.arg("-in").arg(&stamp).arg("-CAfile").arg(tools.path().join("ca.pem"));
    let output = check.output().expect("openssl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(house.terminate().await.success());
    let (status, text) = house.verify().await;
    assert!(status.success(), "{text}");
    assert!(text.contains(&format!("seal.tsr: a time-stamp of this seal by {imprint}")), "{text}");
    assert!(text.contains("was not checked here"), "{text}");
    // A time-stamp of something else is one of nothing.
    let seal = std::fs::read(record.join("seal.json")).expect("read");
    std::fs::write(tools.path().join("other"), [&seal[..], b"\n"].concat()).expect("written");
    openssl(tools.path(), "ts -query -data other -sha256 -cert -out query");
    openssl(
        tools.path(),
        "ts -reply -config tsa.cnf -queryfile query -signer tsa.pem -inkey tsa.key -out other.tsr",
    );
    std::fs::copy(tools.path().join("other.tsr"), &stamp).expect("copied");
    let (status, text) = house.verify().await;
    assert_eq!(status.code(), Some(1), "{text}");
    assert!(text.contains("seal.tsr: is not of this seal"), "{text}");
}

#[tokio::test]
async fn a_seal_is_time_stamped_when_the_authority_is_back() {
    stamped("ed25519", "SHA-256").await;
}

#[tokio::test]
async fn a_court_that_signs_with_sm2_is_stamped_by_sm3() {
    stamped("sm2", "SM3").await;
}
