/* The script of an exported map: tooltips, the theme switch, legends, and what covers what. */
const Onegrid = (() => {
  "use strict";

  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text; // text only: names come from users' files
    if (className) made.className = className;
    return made;
  };

  /* Coordinates travel as text, and words of a layer once: see onegrid.maps.packed. */
  function unpackLine(text, scale) {
    const values = [];
    let value = 0;
    let shift = 1;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i) - 63;
      value += (code & 31) * shift; // not <<: 180 degrees need more than 31 bits
      shift *= 32;
      if (code < 32) {
        values.push(value % 2 ? -(value + 1) / 2 : value / 2);
        value = 0;
        shift = 1;
      }
    }
    const points = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < values.length; i += 2) {
      x += values[i];
      y += values[i + 1];
      points.push([x / scale, y / scale]);
    }
    return points;
  }

  const unpackDeep = (part, scale) =>
    typeof part === "string" ? unpackLine(part, scale) : part.map((inner) => unpackDeep(inner, scale));

  function feature({ scale, types, columns, words }, [type, packed, ...values]) {
    const lines = unpackDeep(packed, scale);
    const coordinates = types[type] === "Point" ? lines[0] : lines;
    const word = (value) =>
      Array.isArray(value) ? value.map(word) : typeof value === "number" ? words[value] : value;
    const plain = (value, name) => (name === "tip" || name === "more" ? word(value) : value);
    const properties = Object.fromEntries(columns.map((name, i) => [name, plain(values[i], name)]));
    return { type: "Feature", properties, geometry: { type: types[type], coordinates } };
  }

  const { addData } = L.GeoJSON.prototype;
  L.GeoJSON.include({
    addData(given) {
      if (given.key === undefined) return addData.call(this, given);
      const { cells, overlays } = Onegrid.data;
      const { collection, style } = given.key === "cells" ? cells : overlays[given.key];
      this.labels = collection.labels;
      this.options.style = ({ properties }) => ({ ...style, ...properties.style });
      for (const row of collection.rows) addData.call(this, feature(collection, row));
      return this;
    },
  });

  const tooltip = (rows) => {
    const table = element("table", "", "tip");
    for (const [label, value] of rows) {
      const row = table.insertRow();
      row.appendChild(element("th", label));
      row.appendChild(element("td", value));
    }
    return table;
  };

  let theme = 0;

  const labelled = (labels, values) =>
    values.map((value, i) => [labels[i], value]).filter(([, value]) => value !== null);

  function rowsOf(layer) {
    const { tip, more } = layer.feature.properties;
    const { labels } = Object.values(layer._eventParents)[0]; // the layer's L.GeoJSON
    return labelled(labels.tip, tip).concat(more ? labelled(labels.more, more[theme]) : []);
  }

  function describe(feature, layer) {
    if (feature.properties.tip) layer.bindTooltip((l) => tooltip(rowsOf(l)), { sticky: true });
  }

  /* A disc with a character in it, so that kinds differ by more than colour. */
  const Disc = L.CircleMarker.extend({
    _updatePath() {
      L.CircleMarker.prototype._updatePath.call(this);
      const { _ctx: context, _drawing: drawing } = this._renderer;
      if (!drawing || this._empty() || this._radius < 8) return;
      context.globalAlpha = 1;
      context.fillStyle = "#fff";
      context.font = `bold ${Math.round(this._radius * 1.2)}px "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", sans-serif`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(this.options.glyph, this._point.x, this._point.y + 1);
    },
  });

  function disc(_feature, latlng) {
    return new Disc(latlng, { radius: 5 });
  }

  const radiusAt = (zoom) => (zoom < 13 ? 4 : zoom < 15 ? 6 : 10);

  /* Patterns: one tile each, drawn once; the legend shows the same tile as the map. */
  const tiles = new Map();

  function tile({ colour, pattern }) {
    const key = colour + pattern;
    if (!tiles.has(key)) {
      const canvas = element("canvas");
      canvas.width = canvas.height = 8;
      const context = canvas.getContext("2d");
      context.fillStyle = colour;
      context.fillRect(0, 0, 8, 8);
      context.strokeStyle = context.fillStyle = "rgba(40, 40, 40, 0.55)";
      const line = (x1, y1, x2, y2) => {
        context.beginPath();
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
        context.stroke();
      };
      if (pattern === "hatch" || pattern === "cross") {
        for (const shift of [-8, 0, 8]) line(shift - 1, 9, shift + 9, -1);
      }
      if (pattern === "cross") {
        for (const shift of [-8, 0, 8]) line(shift - 1, -1, shift + 9, 9);
      }
      if (pattern === "bars") line(0, 4, 8, 4);
      if (pattern === "dots") context.fillRect(3, 3, 2, 2);
      tiles.set(key, canvas);
    }
    return tiles.get(key);
  }

  function fillOf(sign) {
    if (sign.pattern === "solid") return sign.colour;
    return tile(sign).getContext("2d").createPattern(tile(sign), "repeat");
  }

  function sample(sign) {
    const swatch = element("span", sign.glyph || "", `swatch ${sign.form}`);
    if (sign.form === "line") {
      swatch.style.borderTop = `3px ${sign.dash ? "dashed" : "solid"} ${sign.colour}`;
    } else if (sign.form === "disc") {
      swatch.style.background = sign.colour;
    } else {
      swatch.style.background = `url(${tile(sign).toDataURL()})`;
    }
    return swatch;
  }

  function legendList(title, signs) {
    const section = element("section");
    if (title) section.appendChild(element("h3", title));
    const list = section.appendChild(element("ul"));
    for (const sign of signs) {
      const item = list.appendChild(element("li"));
      item.appendChild(sample(sign));
      item.appendChild(element("span", sign.label));
    }
    return section;
  }

  /* Themes of one group, such as scenarios, on one slider. */
  function slider(themes, show) {
    const box = element("label", "", "steps");
    const range = box.appendChild(element("input"));
    const name = box.appendChild(element("output"));
    let places = [];
    range.type = "range";
    range.min = "0";
    range.step = "1";
    const move = () => {
      const place = places[Number(range.value)];
      name.textContent = themes[place].step;
      range.setAttribute("aria-valuetext", themes[place].step);
      show(place);
    };
    const choose = (index) => {
      const { group } = themes[index];
      places = themes.flatMap((other, place) => (group && other.group === group ? [place] : []));
      box.hidden = places.length < 2;
      if (!places.length) return show(index);
      range.max = String(places.length - 1);
      range.value = "0";
      return move();
    };
    box.hidden = true;
    range.addEventListener("input", move);
    return { element: box, choose };
  }

  function panel(map, cells, overlays, themes) {
    const control = L.control({ position: "bottomleft" });
    const legend = element("div", "", "legend");
    const draw = () => {
      legend.replaceChildren();
      if (themes.length) legend.appendChild(legendList("", themes[theme].signs));
      const shown = overlays.filter(({ layer }) => map.hasLayer(layer));
      const signs = shown.flatMap((overlay) => overlay.legend);
      const known = new Map(signs.map((sign) => [JSON.stringify(sign), sign]));
      if (known.size) legend.appendChild(legendList("图层", [...known.values()]));
    };
    const paint = () => {
      if (!cells) return;
      const fills = themes[theme].signs.map(fillOf);
      cells.setStyle(({ properties }) => ({
        fillColor: fills[properties.class[theme]],
      }));
    };
    control.onAdd = () => {
      const box = element("details", "", "panel");
      box.open = window.innerWidth >= 700;
      box.appendChild(element("summary", "图例与专题"));
      if (themes.length > 1) {
        const show = (index) => {
          theme = index;
          paint();
          draw();
        };
        const label = box.appendChild(element("label", "专题 "));
        const select = label.appendChild(element("select"));
        const steps = slider(themes, show);
        const named = new Set();
        themes.forEach(({ label: name, group }, index) => {
          if (!named.has(group)) select.add(new Option(group || name, index));
          if (group) named.add(group);
        });
        select.addEventListener("change", () => steps.choose(Number(select.value)));
        box.appendChild(steps.element);
      } else if (themes.length) {
        box.appendChild(element("p", themes[0].label));
      }
      box.appendChild(legend);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    control.addTo(map);
    map.on("overlayadd overlayremove", draw);
    paint();
    draw();
  }

  function start(map, { cells, control, layers }) {
    const { notes, themes, banner } = Onegrid.data;
    const overlays = layers.map((layer, i) => ({ layer, legend: Onegrid.data.overlays[i].legend }));
    if (banner) document.querySelector(".top").appendChild(element("p", banner, "banner"));
    map.attributionControl.setPrefix("Leaflet");
    for (const note of notes) {
      const plain = element("span", note);
      map.attributionControl.addAttribution(plain.innerHTML);
    }
    L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    control.getContainer().querySelector("a").title = "图层";
    const resize = () => {
      const radius = radiusAt(map.getZoom());
      for (const layer of layers) {
        layer.eachLayer((part) => part.setRadius && part.setRadius(radius));
      }
    };
    const restack = () => {
      if (cells) cells.bringToBack();
      for (const layer of layers) if (map.hasLayer(layer)) layer.bringToFront();
    };
    map.on("zoomend", resize);
    map.on("overlayadd", () => {
      restack();
      resize();
    });
    panel(map, cells, overlays, themes);
    restack();
    resize();
  }

  return { describe, disc, start };
})();
