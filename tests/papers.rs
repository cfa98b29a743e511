//! Documents as people get them: the data of the golden files printed by the real binary, and the
//! words of the PDF as another program (poppler) reads them.
//!
//! What is not here: what a document says (`signaling/src/papers/tests.rs`), hostile text (crate
//! `papers`).

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("signaling/src/papers/golden")
}

fn press(arguments: &[&str], data: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_assize"))
        .arg("press")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut input = child.stdin.take().expect("its input is a pipe");
    // A press that fails early does not read to the end.
    let fed = input.write_all(data);
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(fed.is_ok() || !output.status.success(), "{fed:?}");
    output
}

/// The words of a PDF, page by page.
fn words(pdf: &[u8], folder: &Path) -> String {
    let file = folder.join("paper.pdf");
    std::fs::write(&file, pdf).expect("the scratch folder can be written");
    let output = Command::new("pdftotext")
        .args(["-layout", "-nopgbrk"])
        .args([&file, Path::new("-")])
        .output()
        .expect("poppler-utils is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // How many blanks stand between columns differs between versions of poppler.
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<_> = text.lines().map(line).filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}

#[test]
fn the_words_of_each_pdf_are_those_of_the_golden_file() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut forms = 0;
    for entry in std::fs::read_dir(golden()).expect("the golden files are there") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let data = std::fs::read(&path).expect("a golden file can be read");
        let output = press(&[], &data);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(press(&[], &data).stdout, output.stdout, "the same bytes each time");
        let found = words(&output.stdout, folder.path());
        let expected = path.with_extension("pdf.txt");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&expected, &found).expect("the golden file can be written");
        }
        let text = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(found, text, "{}", expected.display());
        forms += 1;
    }
    assert!(forms >= 6, "{forms} forms");
}

#[test]
fn a_missing_font_names_its_package() {
    let data = std::fs::read(golden().join("agreement.json")).expect("a golden file");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let output = press(&["--fonts", &folder.path().to_string_lossy()], &data);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("fonts-noto-cjk"), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn what_is_no_document_is_refused() {
    for data in ["", "{}", "[1]", "{\"format\": 9}"] {
        let output = press(&[], data.as_bytes());
        assert_eq!(output.status.code(), Some(2), "{data}");
        assert!(output.stdout.is_empty());
    }
}
