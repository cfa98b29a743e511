// Files for tests: real ones of every kind that is taken, and ones that are broken, encrypted, too
// large or not what they claim. What is not here: what happens to them.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Seconds of the sound and the video. */
export const SECONDS = 20;

function ffmpeg(...given) {
  const ran = spawnSync('ffmpeg', ['-y', '-v', 'error', ...given]);
  if (ran.status !== 0) throw new Error(`ffmpeg: ${ran.stderr}`);
}

/** SHA-256 of a file, hexadecimal. */
export const digestOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** A contract of several pages with Chinese text, as a browser prints it. */
async function contract(browser, path, pages) {
  const page = await browser.newPage();
  const sheet = (n) => `<section style="page-break-after:always"><h1>借款合同　第${n}页</h1><p>甲方张三，乙方李四，双方就借款事宜达成如下协议。</p>
    ${Array.from({ length: 18 }, (_, at) => `<p>第${n}.${at + 1}条　乙方应于到期日归还本金人民币伍万元整，并按约定支付利息。</p>`).join('')}</section>`;
  await page.setContent(`<body style="font-family:'Noto Sans CJK SC'">${Array.from({ length: pages }, (_, at) => sheet(at + 1)).join('')}`);
  await page.pdf({ path, format: 'A4' });
  await page.close();
}

/** A document that says it is encrypted, with everything that goes with it. */
function encrypted(path) {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>',
    `<</Filter/Standard/V 1/R 2/P -4/O<${'5a'.repeat(32)}>/U<${'a5'.repeat(32)}>>>`,
  ];
  let text = '%PDF-1.5\n';
  const places = objects.map((object, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = text.length;
  text += `xref\n0 5\n0000000000 65535 f \n${places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')}`;
  text += `trailer\n<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<${'01'.repeat(16)}><${'01'.repeat(16)}>]>>\nstartxref\n${table}\n%%EOF\n`;
  writeFileSync(path, text);
}

/** Makes every file; answers their paths. */
export async function papers(browser, folder) {
  mkdirSync(folder, { recursive: true });
  const at = (name) => join(folder, name);
  const made = {
    document: at('借款合同.pdf'), picture: at('转账截图.jpg'), drawing: at('现场照片.png'), sound: at('通话录音.mp3'), video: at('现场录像.mp4'),
    broken: at('残缺合同.pdf'), encrypted: at('加密合同.pdf'), huge: at('超大录像.mp4'), false: at('假合同.pdf'), page: at('网页.html'), garbled: at('损坏录像.mp4'),
  };
  await contract(browser, made.document, 6);
  const test = ['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=25:duration=${SECONDS}`];
  const tone = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${SECONDS}`];
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=1200x1600:rate=1:duration=1', '-frames:v', '1', made.picture);
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=1600x900:rate=1:duration=1', '-frames:v', '1', made.drawing);
  ffmpeg(...tone, '-b:a', '64k', made.sound);
  ffmpeg(...test, ...tone, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25', '-c:a', 'aac', '-movflags', '+faststart', made.video);
  const whole = readFileSync(made.document);
  writeFileSync(made.broken, whole.subarray(0, Math.floor(whole.length / 2)));
  encrypted(made.encrypted);
  writeFileSync(made.false, readFileSync(made.drawing));
  writeFileSync(made.page, '<!doctype html><script>alert(1)</script>');
  // Its frame is whole, what is in it is noise: nobody can see that before it is played.
  const video = readFileSync(made.video);
  const media = video.indexOf('mdat') + 4;
  for (let place = media; place < video.length; place += 1) video[place] = (place * 7919) & 0xff;
  writeFileSync(made.garbled, video);
  const sparse = openSync(made.huge, 'w');
  ftruncateSync(sparse, 101 * 1024 * 1024);
  closeSync(sparse);
  return made;
}
