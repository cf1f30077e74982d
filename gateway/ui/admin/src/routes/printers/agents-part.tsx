import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { formatDayTime } from "@yizhimai/kit";
import { Button, Flex, Input, Modal } from "antd";
import { useState } from "react";

import type { PrintAgent } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { useDeed as useDialogDeed } from "../../patterns/dialog-refusal";
import { useBodyKey } from "../../patterns/use-body-key";
import { useDanger } from "../../patterns/use-danger";
import { Badge } from "../rules/badge";
import styles from "./printers.module.css";
import { createAgent, deleteAgent, renewAgentCode } from "./queries";
import { SecretLine } from "./secret-line";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

interface AgentsPartProps {
  branchId: string;
  agents: readonly PrintAgent[];
  manages: boolean;
}

interface Code {
  name: string;
  code: string;
}

/** The print agents of a branch: our program on its computers. */
export function AgentsPart({ branchId, agents, manages }: AgentsPartProps) {
  const t = useT();
  const danger = useDanger();
  const { busy, run } = useDeed(branchId);
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<Code>();

  const renew = (agent: PrintAgent) =>
    run(agent.agent_id, async () => {
      const { code } = await renewAgentCode(agent.agent_id);
      setShown({ name: agent.name, code });
    });
  const remove = (agent: PrintAgent) =>
    danger({
      title: t(texts.removeAgentTitle, { name: agent.name }),
      text: t(texts.removeAgentText),
      deed: t(texts.remove),
      act: () => run(agent.agent_id, () => deleteAgent(agent.agent_id, agent.version)),
    });

  return (
    <section aria-label={t(texts.agents)}>
      <div className={styles.tools}>
        <div className={styles.what}>
          <h2>{t(texts.agents)}</h2>
          <p className={styles.soft}>{t(texts.agentsHint)}</p>
        </div>
        {manages ? <Button size="large" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{t(texts.addAgent)}</Button> : null}
      </div>
      {agents.length > 0 ? (
        <ul className={styles.list}>
          {agents.map((agent) => (
            <li key={agent.agent_id} className={styles.row}>
              <AgentWords agent={agent} />
              {manages ? (
                <span className={styles.acts}>
                  <Button loading={busy === agent.agent_id} onClick={() => void renew(agent)}>{t(texts.agentRenew)}</Button>
                  <Button type="text" danger icon={<DeleteOutlined />} aria-label={t(texts.removeNamed, { name: agent.name })} onClick={() => remove(agent)} />
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {adding ? <NewAgent branchId={branchId} onClose={() => setAdding(false)} onCreated={setShown} /> : null}
      {shown ? (
        <Modal
          open
          title={t(texts.agentCodeTitle, { name: shown.name })}
          mask={{ closable: false }}
          onCancel={() => setShown(undefined)}
          footer={<Button size="large" type="primary" onClick={() => setShown(undefined)}>{t(texts.close)}</Button>}
        >
          <Flex vertical gap={12}>
            <p>{t(texts.agentCodeText)}</p>
            <SecretLine label={t(texts.agentCodeTitle, { name: shown.name })} secret={shown.code} />
          </Flex>
        </Modal>
      ) : null}
    </section>
  );
}

function AgentWords({ agent }: { agent: PrintAgent }) {
  const t = useT();
  const { timeZone } = useScope();
  const facts = [
    ...(agent.software ? [t(texts.agentSoftware, { version: agent.software })] : []),
    agent.last_seen_at ? t(texts.lastSeen, { time: formatDayTime(agent.last_seen_at, timeZone, new Date(), t.locale) }) : t(texts.neverSeen),
  ];
  return (
    <div className={styles.what}>
      <span className={styles.head}>
        <strong>{agent.name}</strong>
        {agent.paired ? <Badge tone={agent.connected ? "good" : "bad"}>{t(agent.connected ? texts.agentConnected : texts.agentAway)}</Badge> : <Badge tone="warn">{t(texts.unpaired)}</Badge>}
      </span>
      <span className={styles.soft}>{facts.join(" · ")}</span>
    </div>
  );
}

interface NewAgentProps {
  branchId: string;
  onClose: () => void;
  onCreated: (code: Code) => void;
}

function NewAgent({ branchId, onClose, onCreated }: NewAgentProps) {
  const t = useT();
  const { busy, run, alert } = useDialogDeed();
  const { refresh } = useDeed(branchId);
  const keyOf = useBodyKey();
  const [name, setName] = useState("");

  async function create() {
    const wanted = name.trim();
    const done = await run(async () => {
      const { agent, code } = await createAgent(branchId, wanted, keyOf(wanted));
      await refresh();
      onCreated({ name: agent.name, code });
    });
    if (done) onClose();
  }

  return (
    <Modal
      open
      title={t(texts.addAgent)}
      okText={t(texts.addAgent)}
      okButtonProps={{ disabled: name.trim() === "", loading: busy, size: "large" }}
      cancelText={t(common.actionKeep)}
      cancelButtonProps={{ size: "large" }}
      onOk={() => void create()}
      onCancel={onClose}
    >
      <Flex vertical gap={12}>
        <Input size="large" maxLength={60} aria-label={t(texts.agentName)} placeholder={t(texts.agentNameHint)} value={name} onChange={({ target }) => setName(target.value)} onPressEnter={() => name.trim() && void create()} />
        {alert}
      </Flex>
    </Modal>
  );
}
