import { Tag } from "antd";

import type { Display } from "../../data/types";
import { useT } from "../../i18n";
import { texts as productTexts } from "../product/texts";

const colours: Record<Display, string> = { listed: "success", hidden: "warning", delisted: "default" };

/** 上架, 隱藏 or 下架. */
export function DisplayTag({ display }: { display: Display }) {
  const t = useT();
  return <Tag color={colours[display]}>{t(productTexts.display[display])}</Tag>;
}
