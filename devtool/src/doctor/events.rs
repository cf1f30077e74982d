//! Invariant 7: every event takes effect exactly once; who is behind says by how much.

use lapin::{Connection, ConnectionProperties, options::QueueDeclareOptions, types::FieldTable};

use super::{Finding, connect};
use crate::{endpoints::Endpoints, services::SERVICES};

/// Looks at what was promised and not sent, what was sent and not taken, and what was refused.
pub async fn check(endpoints: &Endpoints) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut queues = Vec::new();
    for service in SERVICES {
        let mut database = connect(endpoints, service).await?;
        let consumers: Vec<(String, bool)> =
            sqlx::query_as("SELECT consumer, finished_at IS NOT NULL FROM consumers ORDER BY 1")
                .fetch_all(&mut database)
                .await?;
        for (consumer, filled) in consumers {
            if !filled {
                findings.push(Finding {
                    invariant: 7,
                    what: format!("{consumer} has not read its owner's snapshot to the end"),
                    cause: "the owner does not answer, or its release lists none yet",
                    repair: "see the log of the consumer; it goes on by itself",
                });
            }
            queues.push(consumer);
        }
        let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox")
            .fetch_one(&mut database)
            .await?;
        if waiting > 0 {
            findings.push(Finding {
                invariant: 7,
                what: format!("{waiting} events of {service} are promised and not published"),
                cause: "RabbitMQ is away, or the relay does not run",
                repair: "start RabbitMQ; the relay sends them by itself",
            });
        }
    }
    let connection = Connection::connect(&endpoints.amqp, ConnectionProperties::default()).await?;
    for queue in queues {
        // The dead letters of each are in a queue of the same name with `.dlq`.
        for (name, invariant_breaker) in [(queue.clone(), false), (format!("{queue}.dlq"), true)] {
            let waiting = waiting(&connection, &name).await;
            if waiting > 0 {
                findings.push(Finding {
                    invariant: 7,
                    what: format!("{waiting} events wait in {name}"),
                    cause: if invariant_breaker {
                        "the consumer refused them every time"
                    } else {
                        "the consumer is behind or does not run"
                    },
                    repair: "look into the consumer's log; replay dead letters when it is mended",
                });
            }
        }
    }
    Ok(findings)
}

/// What is no violation but worth knowing: events that wait for a queue, by type.
pub async fn notes(endpoints: &Endpoints) -> anyhow::Result<Vec<String>> {
    let mut notes = Vec::new();
    for service in SERVICES {
        let mut database = connect(endpoints, service).await?;
        let waiting: Vec<(String, i64)> = sqlx::query_as(
            "SELECT type, count(*) FROM unrouted_events GROUP BY type ORDER BY type",
        )
        .fetch_all(&mut database)
        .await?;
        notes.extend(waiting.into_iter().map(|(type_, count)| {
            format!("{count} events {type_} are kept, for no queue takes them (yet)")
        }));
    }
    Ok(notes)
}

/// Messages ready in a queue; one that was never made has none.
async fn waiting(connection: &Connection, queue: &str) -> u32 {
    let Ok(channel) = connection.create_channel().await else {
        return 0;
    };
    let look = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    channel
        .queue_declare(queue.into(), look, FieldTable::default())
        .await
        .map_or(0, |queue| queue.message_count())
}
