//! Invariant 8: each print job ends printed, cancelled, expired or visibly failed, a step of an order is printed once,
//! and paper of a cancelled order is answered by a 取消單.

use sqlx::PgConnection;

use super::{Finding, run};

/// Looks for jobs that nobody works on, and for what should have followed from others.
pub async fn check(printing: &mut PgConnection) -> anyhow::Result<Vec<Finding>> {
    let checks = [
        (
            STUCK,
            "the timers of printing do not run, or fail for the organisation",
            "look into printing's log for `settle_print_attempts` and `expire_print_jobs`",
        ),
        (
            TWICE,
            "a job was inserted beside the one of its order, revision and rule",
            "print the order by hand where a slip is missing, and look at the index print_jobs_once",
        ),
        (
            UNANSWERED,
            "evidence or a cancellation was stored without what follows from it",
            "tell the branch that the order is cancelled",
        ),
        (
            UNTRIED,
            "a job was changed outside one transaction with its attempt",
            "look at the job's attempts, and print it by hand where a slip is missing",
        ),
    ];
    run(8, &checks, printing).await
}

const STUCK: &str = "
    SELECT format('print job %s is %s although its time was over at %s',
                  job_id, state, coalesce(lease_until, expires_at))
    FROM print_jobs
    WHERE state = 'sent' AND lease_until < now() - interval '1 minute'
        OR state = 'queued' AND expires_at < now() - interval '1 minute'";

const TWICE: &str = "
    SELECT format('order %s in revision %s has %s jobs for one document of one rule',
                  order_id, revision, count(*))
    FROM print_jobs
    WHERE order_id IS NOT NULL AND reprint = 0
    GROUP BY org_id, order_id, revision, document, source_id
    HAVING count(*) > 1";

const UNANSWERED: &str = "
    SELECT format('order %s was cancelled, and print point %s has paper of it and no slip that says so',
                  job.order_id, job.point_id)
    FROM print_jobs AS job
    JOIN orders AS copy USING (org_id, order_id)
    JOIN print_points AS point USING (org_id, point_id)
    WHERE copy.state IN ('cancelled', 'rejected', 'expired') AND NOT point.archived
        AND job.document IN ('customer_slip', 'kitchen_slip', 'label')
        AND job.state IN ('printed', 'unconfirmed')
        AND greatest(job.ended_at, copy.changed_at) < now() - interval '1 minute'
        AND NOT EXISTS (
            SELECT 1 FROM print_jobs AS answer
            WHERE answer.org_id = job.org_id AND answer.order_id = job.order_id
                AND answer.point_id = job.point_id AND answer.document = 'cancel_slip'
        )
    GROUP BY job.org_id, job.order_id, job.point_id";

const UNTRIED: &str = "
    SELECT format('print job %s is at attempt %s and has %s attempts', job_id, attempt, count(number))
    FROM print_jobs AS job
    LEFT JOIN print_attempts USING (org_id, job_id)
    GROUP BY job.org_id, job_id, attempt
    HAVING count(number) <> attempt";
