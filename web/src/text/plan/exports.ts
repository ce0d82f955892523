import { type Messages, speaker } from "../language";

const messages = {
  zh: {
    title: "下载成果",
    gpkg: "GeoPackage",
    shp_utf8: "Shapefile（UTF-8）",
    shp_gbk: "Shapefile（GBK）",
    geojson: "GeoJSON",
    dxf: "DXF（CAD）",
    pmtiles: "PMTiles（可公开）",
    xlsx: "Excel 报告",
    sheets: "A4 网格页（打印）",
    folder: "全套（压缩包）",
    on_record: "除 PMTiles 外都含全部数字，下载会记录在案。",
  },
  en: {
    title: "Download",
    gpkg: "GeoPackage",
    shp_utf8: "Shapefile (UTF-8)",
    shp_gbk: "Shapefile (GBK)",
    geojson: "GeoJSON",
    dxf: "DXF (CAD)",
    pmtiles: "PMTiles (public)",
    xlsx: "Excel report",
    sheets: "A4 page per cell",
    folder: "Everything (archive)",
    on_record: "All but PMTiles hold every figure; each download is on record.",
  },
} satisfies Messages<string>;

/** The words about files to take away. */
export const say = speaker<keyof typeof messages.zh>(messages);
