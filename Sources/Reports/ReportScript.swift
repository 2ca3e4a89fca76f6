/// The interactive parts of a report: legends that toggle series, a read-out under the pointer, a
/// slider for frames.
enum ReportScript {
  static let text = #"""
    (() => {
      const svgName = 'http://www.w3.org/2000/svg';
      const numbers = text => text.split(' ').map(Number);
      const show = (value, digits) => {
        const size = Math.abs(value);
        if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
        return String(Number(value.toPrecision(digits)));
      };
      const make = (name, attributes, parent) => {
        const node = document.createElementNS(svgName, name);
        for (const key in attributes) node.setAttribute(key, attributes[key]);
        return parent.appendChild(node);
      };

      for (const figure of document.querySelectorAll('figure.chart')) {
        const svg = figure.querySelector('svg');
        legend(figure, svg);
        frames(figure, svg);
        readOut(figure, svg);
      }

      function legend(figure, svg) {
        for (const button of figure.querySelectorAll('.legend button')) {
          button.addEventListener('click', () => {
            const isOn = button.getAttribute('aria-pressed') !== 'true';
            button.setAttribute('aria-pressed', isOn);
            for (const mark of svg.querySelectorAll(`[data-s="${button.dataset.s}"]`)) {
              mark.classList.toggle('off', !isOn);
            }
          });
        }
      }

      function frames(figure, svg) {
        const slider = figure.querySelector('.slider');
        if (!slider) return;
        const [button, input, output] = slider.children;
        const labels = slider.dataset.labels.split('|');
        const all = [...svg.querySelectorAll('.frame')];
        let timer = null;
        const go = place => {
          input.value = place;
          output.textContent = labels[place];
          all.forEach((frame, i) => frame.classList.toggle('off', i !== place));
        };
        const stop = () => {
          clearInterval(timer);
          timer = null;
          button.textContent = '▶';
        };
        input.addEventListener('input', () => { stop(); go(Number(input.value)); });
        button.addEventListener('click', () => {
          if (timer) return stop();
          button.textContent = '❚❚';
          timer = setInterval(() => go((Number(input.value) + 1) % all.length), 120);
        });
      }

      // The positions of a mark's points, in pixels of the picture.
      function places(mark) {
        if (!mark.places) {
          mark.places = [];
          for (const line of mark.querySelectorAll('polyline')) {
            for (const point of line.points) mark.places.push([point.x, point.y]);
          }
          for (const dot of mark.querySelectorAll('circle')) {
            mark.places.push([Number(dot.getAttribute('cx')), Number(dot.getAttribute('cy'))]);
          }
        }
        return mark.places;
      }

      function readOut(figure, svg) {
        const [left, top, width, height] = numbers(svg.dataset.plot);
        // A value with the digits that a tenth of a pixel resolves.
        const text = (share, [low, high, isLog], pixels) => {
          if (isLog) return show(low * Math.pow(high / low, share), 3);
          const step = Math.pow(10, Math.floor(Math.log10((high - low) / pixels / 2)));
          return show(Math.round((low + share * (high - low)) / step) * step, 6);
        };
        const xAxis = numbers(svg.dataset.x);
        const yAxis = numbers(svg.dataset.y);
        const unit = text => (text ? ' ' + text : '');
        const layer = make('g', {}, svg);
        const tip = document.createElement('div');
        tip.className = 'tip off';
        figure.appendChild(tip);
        const clear = () => { layer.replaceChildren(); tip.classList.add('off'); };
        svg.addEventListener('pointerleave', clear);
        svg.addEventListener('pointermove', event => {
          const frame = svg.getBoundingClientRect();
          const scale = svg.viewBox.baseVal.width / frame.width;
          const x = (event.clientX - frame.left) * scale;
          const y = (event.clientY - frame.top) * scale;
          clear();
          if (x < left || x > left + width || y < top || y > top + height) return;
          const rows = [];
          for (const mark of svg.querySelectorAll('g[class]:not(.off)')) {
            if (mark.closest('.frame.off') || mark.classList.contains('frame')) continue;
            const isLine = mark.querySelector('polyline') !== null;
            let best = null;
            let distance = 30;
            for (const place of places(mark)) {
              const far = isLine ? Math.abs(place[0] - x) : Math.hypot(place[0] - x, place[1] - y);
              if (far < distance) [best, distance] = [place, far];
            }
            if (best) rows.push([mark, best]);
          }
          if (!rows.length) return;
          rows.sort((a, b) => Math.abs(a[1][0] - x) - Math.abs(b[1][0] - x));
          const at = rows[0][1][0];
          make('line', { class: 'cross', x1: at, x2: at, y1: top, y2: top + height }, layer);
          tip.replaceChildren();
          const head = tip.appendChild(document.createElement('div'));
          head.textContent = `${svg.dataset.xl} ${text((at - left) / width, xAxis, width)}${unit(svg.dataset.xu)}`;
          for (const [mark, place] of rows.slice(0, 8)) {
            const color = [...mark.classList].find(name => /^c\d$/.test(name)) || '';
            make('circle', { class: 'spot ' + color, cx: place[0], cy: place[1], r: 4 }, layer);
            const line = tip.appendChild(document.createElement('div'));
            const dot = line.appendChild(document.createElement('i'));
            dot.className = color;
            line.append(mark.dataset.n ? mark.dataset.n + ' ' : '');
            const bold = line.appendChild(document.createElement('b'));
            bold.textContent = text(1 - (place[1] - top) / height, yAxis, height) + unit(svg.dataset.yu);
          }
          tip.classList.remove('off');
          const box = figure.getBoundingClientRect();
          const beside = event.clientX - box.left + 16;
          const flips = beside + tip.offsetWidth > box.width;
          tip.style.left = (flips ? beside - tip.offsetWidth - 32 : beside) + 'px';
          tip.style.top = event.clientY - box.top + 12 + 'px';
        });
      }
    })();
    """#
}
