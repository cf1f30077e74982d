import { ProfileOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";

import { useMe } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { may } from "../../session/may";
import { PrepDrawer } from "./prep-drawer";
import { texts } from "./texts";

/** 備料表, for whoever may see the orders to come; it opens at a branch. */
export function PrepButton({ branchId }: { branchId: string }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  if (!may(useMe(), "ops.future")) return null;
  return (
    <>
      <Button style={{ height: 44 }} icon={<ProfileOutlined />} onClick={() => setOpen(true)}>
        {t(texts.title)}
      </Button>
      {open ? <PrepDrawer branchId={branchId} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
