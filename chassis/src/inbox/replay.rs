//! Gives dead letters another life.

use lapin::options::{BasicAckOptions, BasicGetOptions};

use super::queues::{Queues, unmarked};
use crate::amqp::{Amqp, send_to_queue};

/// Moves the dead letters of the consumer `queue` back to it, as if they had never failed.
///
/// Returns how many there were. One that fails again while this runs is left for the next time.
pub async fn replay(amqp: &Amqp, queue: &str) -> anyhow::Result<u64> {
    let queues = Queues::new(amqp, queue, &[]);
    let channel = amqp.channel().await?;
    let mut moved = 0;
    let mut left = None;
    while left != Some(0) {
        let options = BasicGetOptions { no_ack: false };
        let Some(letter) = channel
            .basic_get(queues.dead.as_str().into(), options)
            .await?
        else {
            break;
        };
        let (body, properties) = (&letter.delivery.data, &letter.delivery.properties);
        send_to_queue(&channel, &queues.main, body, unmarked(properties)).await?;
        letter.delivery.ack(BasicAckOptions::default()).await?;
        moved += 1;
        left = Some(left.map_or(letter.message_count, |left| left - 1));
    }
    channel.close(200, "OK".into()).await?;
    Ok(moved)
}
