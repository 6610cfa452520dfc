import { find, on, submit } from './dom.js';

const PATIENCE = 8000;

/** A form that says where the phone is, once, when it is sent; it is sent also if that is refused. */
export function startNearby() {
  on('submit', 'form[data-nearby]', (form, event) => {
    if (form.dataset.asked || !navigator.geolocation) return;
    event.preventDefault();
    form.dataset.asked = 'yes';
    const button = event.submitter;
    button?.setAttribute('aria-busy', 'true');
    const send = (place) => {
      if (place) {
        find('[name=latitude]', form).value = place.coords.latitude;
        find('[name=longitude]', form).value = place.coords.longitude;
      }
      button?.removeAttribute('aria-busy');
      submit(form, button);
    };
    navigator.geolocation.getCurrentPosition(send, () => send(), { timeout: PATIENCE, maximumAge: 60000 });
  });
}
