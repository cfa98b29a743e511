//! Small files of every kind, good and bad, made byte by byte for tests.
//! What is not here: any test.

/// A document of objects, with its table and trailer.
fn assembled(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n", number + 1).bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        file.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let size = objects.len() + 1;
    let end = format!("trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n");
    file.extend(end.bytes());
    file
}

fn tree(pages: usize, claimed: usize) -> Vec<Vec<u8>> {
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 3)).collect();
    let kids = kids.join(" ");
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Count {claimed}/Kids[{kids}]>>").into_bytes(),
    ];
    objects.extend(
        (0..pages)
            .map(|_| b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>".to_vec()),
    );
    objects
}

/// A document of so many empty pages.
pub(crate) fn pdf(pages: usize) -> Vec<u8> {
    pdf_that_claims(pages, pages)
}

/// A document whose tree claims another number of pages than it has.
pub(crate) fn pdf_that_claims(pages: usize, claimed: usize) -> Vec<u8> {
    assembled(&tree(pages, claimed), "")
}

/// A document that says it is encrypted.
pub(crate) fn pdf_encrypted() -> Vec<u8> {
    let mut objects = tree(1, 1);
    let key = "00".repeat(32);
    objects.push(format!("<</Filter/Standard/V 1/R 2/P -4/O<{key}>/U<{key}>>>").into_bytes());
    let id = "00".repeat(16);
    assembled(&objects, &format!("/Encrypt 4 0 R/ID[<{id}><{id}>]"))
}

/// A document whose pages are each other's children.
pub(crate) fn pdf_loop() -> Vec<u8> {
    let objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[2 0 R]>>".to_vec(),
    ];
    assembled(&objects, "")
}

/// A document with an object stream of 64 MiB of spaces, packed to some sixty KiB.
pub(crate) fn pdf_bomb() -> Vec<u8> {
    let packed = zeroes(64 * 1024 * 1024);
    let mut stream = format!(
        "<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length {}>>\nstream\n",
        packed.len()
    )
    .into_bytes();
    stream.extend(&packed);
    stream.extend(b"\nendstream");
    let objects = vec![b"<</Type/Catalog/Pages 3 0 R>>".to_vec(), stream];
    assembled(&objects, "")
}

/// So many zero bytes packed by RFC 1950 and 1951: one code for each 258 of them, of two bits.
fn zeroes(bytes: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // Last block, codes of its own: 257 literals and lengths above, two distances.
    bits.put(1, 1);
    bits.put(2, 2);
    bits.put(29, 5);
    bits.put(1, 5);
    bits.put(14, 4);
    // Lengths of the code's codes, in the order of RFC 1951 §3.2.7: 18 and 1 and 2 are used.
    for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
        bits.put(
            match symbol {
                18 => 1,
                1 | 2 => 2,
                _ => 0,
            },
            3,
        );
    }
    // Canonical: 18 is 0, 1 is 10, 2 is 11; codes go in from their first bit.
    let (run, short, long) = ((0b0, 1), (0b01, 2), (0b11, 2));
    let code = |bits: &mut Bits, (value, length)| bits.put(value, length);
    // Literal 0 has two bits, 255 literals none, the end two, 28 lengths none, 285 one bit.
    code(&mut bits, long);
    code(&mut bits, run);
    bits.put(138 - 11, 7);
    code(&mut bits, run);
    bits.put(117 - 11, 7);
    code(&mut bits, long);
    code(&mut bits, run);
    bits.put(28 - 11, 7);
    code(&mut bits, short);
    // Both distances have one bit.
    code(&mut bits, short);
    code(&mut bits, short);
    // 285 is 0, literal 0 is 10, the end is 11; distance 1 is 0.
    bits.put(0b01, 2);
    for _ in 0..bytes / 258 {
        bits.put(0, 1);
        bits.put(0, 1);
    }
    bits.put(0b11, 2);
    let mut packed = vec![0x78, 0xDA];
    packed.extend(bits.bytes);
    packed.extend([0; 8]);
    packed
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u8,
}

impl Bits {
    fn put(&mut self, value: u32, length: u8) {
        for at in 0..length {
            if self.used == 0 {
                self.bytes.push(0);
            }
            let bit = u8::from(value >> at & 1 == 1);
            *self.bytes.last_mut().unwrap() |= bit << self.used;
            self.used = (self.used + 1) % 8;
        }
    }
}

/// A picture of this size that unpacks to nothing of use.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        file.extend(kind);
        file.extend(data);
        file.extend([0; 4]);
    };
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    chunk(b"IHDR", &header);
    chunk(b"IDAT", &[0; 40]);
    chunk(b"IEND", &[]);
    file
}

/// The structure of a picture of this size.
pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8];
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    file.extend([1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]);
    file.extend([0x55; 60]);
    file.extend([0xFF, 0xD9]);
    file
}

/// Five frames of silence at 128 kbit/s.
pub(crate) fn mp3() -> Vec<u8> {
    let mut frame = vec![0xFF, 0xFB, 0x90, 0];
    frame.resize(417, 0);
    let mut file = b"ID3\x04\0\0\0\0\0\x05 tag ".to_vec();
    for _ in 0..5 {
        file.extend(&frame);
    }
    file
}

/// A tenth of a second of silence.
pub(crate) fn wav() -> Vec<u8> {
    let mut file = b"RIFF".to_vec();
    file.extend(836_u32.to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0]);
    file.extend(b"data");
    file.extend(800_u32.to_le_bytes());
    file.resize(file.len() + 800, 0x80);
    file
}

/// Three pages that begin as Opus does.
pub(crate) fn ogg() -> Vec<u8> {
    let mut file = Vec::new();
    for body in [b"OpusHead\x01".to_vec(), vec![0; 100], vec![0; 200]] {
        file.extend(b"OggS\0\0");
        file.extend([0; 20]);
        file.extend([1, u8::try_from(body.len()).unwrap()]);
        file.extend(body);
    }
    file
}

fn boxed(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    let mut whole = u32::try_from(inside.len() + 8).unwrap().to_be_bytes().to_vec();
    whole.extend(kind);
    whole.extend(inside);
    whole
}

/// Boxes with one track of this handler.
pub(crate) fn mp4(brand: &[u8; 4], handler: &[u8; 4]) -> Vec<u8> {
    let mut file = boxed(b"ftyp", &[brand.as_slice(), &[0, 0, 2, 0]].concat());
    let hdlr = boxed(b"hdlr", &[&[0; 8], handler.as_slice(), &[0; 13]].concat());
    file.extend(boxed(b"mdat", &[0; 300]));
    file.extend(boxed(b"moov", &boxed(b"trak", &boxed(b"mdia", &hdlr))));
    file
}

/// A segment with one track of this type: 1 picture, 2 sound.
pub(crate) fn webm(track: u8) -> Vec<u8> {
    let mut file = vec![0x1A, 0x45, 0xDF, 0xA3, 0x87, 0x42, 0x82, 0x84];
    file.extend(b"webm");
    let mut inside = vec![0x16, 0x54, 0xAE, 0x6B, 0x85, 0xAE, 0x83, 0x83, 0x81, track];
    // A cluster that holds nothing.
    inside.extend([0x1F, 0x43, 0xB6, 0x75, 0x40, 0xC8]);
    inside.extend([0; 200]);
    file.extend([0x18, 0x53, 0x80, 0x67, 0x40]);
    file.push(u8::try_from(inside.len()).unwrap());
    file.extend(inside);
    file
}
