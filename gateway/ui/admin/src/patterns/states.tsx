import { Alert, Button, Empty, Flex, Result, Skeleton } from "antd";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { problemFrom } from "../data/gateway";
import { useReason, useT } from "../i18n";
import { common } from "../i18n/common";
import { useClockText } from "./clock-text";

/** A page that is still being fetched; keeps the place of what will come. */
export function PageSkeleton() {
  const t = useT();
  return (
    <div aria-busy="true" aria-label={t(common.stateLoading)} style={{ padding: 24, maxWidth: 1100 }}>
      <Skeleton active title={{ width: 220 }} paragraph={{ rows: 8 }} />
    </div>
  );
}

interface EmptyStateProps {
  title: string;
  hint?: string;
  action?: ReactNode;
}

/** Nothing is here yet: says what to do first. */
export function EmptyState({ title, hint, action }: EmptyStateProps) {
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      style={{ padding: "40px 16px" }}
      description={
        <Flex vertical gap={4}>
          <strong style={{ fontSize: 17 }}>{title}</strong>
          {hint ? <span style={{ color: "var(--ink-2)" }}>{hint}</span> : null}
        </Flex>
      }
    >
      {action}
    </Empty>
  );
}

/** Something went wrong: what, and the next step. */
export function ErrorState({ thrown, onRetry }: { thrown: unknown; onRetry: () => void }) {
  const t = useT();
  const sentence = useReason();
  const problem = problemFrom(thrown);
  return (
    <Result
      status="warning"
      title={t(common.stateFailed)}
      subTitle={sentence(problem)}
      extra={
        <Flex vertical gap={12} align="center">
          <Button type="primary" onClick={onRetry}>
            {t(common.stateRetry)}
          </Button>
          {problem.trace_id ? <small style={{ color: "var(--ink-2)" }}>{t(common.stateTrace, { id: problem.trace_id })}</small> : null}
        </Flex>
      }
    />
  );
}

/** What is shown is older than it should be: since when, and how to try again. */
export function StaleBar({ at, onRetry }: { at: number; onRetry: () => void }) {
  const t = useT();
  const clock = useClockText();
  return (
    <Alert
      type="warning"
      showIcon
      role="status"
      title={t(common.stateStale, { time: clock(at) })}
      action={<Button onClick={onRetry}>{t(common.stateRetry)}</Button>}
      style={{ marginBottom: 12 }}
    />
  );
}

interface QueryViewProps<D> {
  query: UseQueryResult<D>;
  skeleton?: ReactNode;
  children: (data: D) => ReactNode;
}

/** The loading, failed and partial states of a query around its screen. */
export function QueryView<D>({ query, skeleton, children }: QueryViewProps<D>) {
  const retry = () => void query.refetch();
  if (query.data !== undefined) {
    return (
      <>
        {query.isError ? <StaleBar at={query.dataUpdatedAt} onRetry={retry} /> : null}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <ErrorState thrown={query.error} onRetry={retry} />;
  return skeleton ?? <PageSkeleton />;
}
