import { find, on } from './dom.js';

const MOST_PIXELS = 1400;
const WIDTH = 2.4;

/** Make a canvas as fine as the screen is, and empty. */
function prepare(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const fine = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * fine);
  canvas.height = Math.round(height * fine);
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.scale(fine, fine);
  Object.assign(pen, { lineCap: 'round', lineJoin: 'round', lineWidth: WIDTH, strokeStyle: '#1c1917' });
  canvas.dataset.ready = 'yes';
}

function place(canvas, event) {
  const { left, top } = canvas.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

function keep(box, picture, way) {
  find('[name=signature]', box).value = picture;
  find('[name=signature_way]', box).value = way;
  box.dataset.signed = way;
}

function clear(box) {
  const canvas = find('canvas', box);
  keep(box, '', 'drawn');
  delete box.dataset.signed;
  find('[type=file]', box).value = '';
  if (canvas.dataset.ready) prepare(canvas);
}

/** Draw with finger, pen or mouse; what was drawn is a picture in a hidden field. */
function draw(canvas, event) {
  const box = canvas.closest('[data-sign]');
  event.preventDefault();
  if (!canvas.dataset.ready || box.dataset.signed === 'photo') prepare(canvas);
  canvas.setPointerCapture(event.pointerId);
  const pen = canvas.getContext('2d');
  let [x, y] = place(canvas, event);
  const move = (next) => {
    const [toX, toY] = place(canvas, next);
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(toX, toY);
    pen.stroke();
    [x, y] = [toX, toY];
  };
  const end = () => {
    canvas.removeEventListener('pointermove', move);
    keep(box, canvas.toDataURL('image/png'), 'drawn');
  };
  move(event);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', end, { once: true });
  canvas.addEventListener('pointercancel', end, { once: true });
}

/** Take the photo of a slip, made small enough to be sent with the form. */
async function photograph(input) {
  const box = input.closest('[data-sign]');
  const [file] = input.files;
  if (!file) return;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, MOST_PIXELS / Math.max(picture.width, picture.height));
  const canvas = find('canvas', box);
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.dataset.ready = 'yes';
  keep(box, canvas.toDataURL('image/jpeg', 0.7), 'photo');
  input.value = '';
}

export function startSigning() {
  on('pointerdown', '[data-sign] canvas', draw);
  on('click', '[data-sign-clear]', (button) => clear(button.closest('[data-sign]')));
  on('change', '[data-sign] [type=file]', photograph);
}
