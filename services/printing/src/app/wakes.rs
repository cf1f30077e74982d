//! Wakes whoever serves a device, on every replica, when there is work for it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
};

use chassis::{
    amqp::Amqp,
    id::DeviceId,
    inbox::{Signal, subscribe},
};
use futures::StreamExt as _;
use parking_lot::Mutex;
use proto::printing::v1::PrintJobChanged;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

const KEYS: [&str; 2] = ["printing.job.queued.v1", "printing.job.withdrawing.v1"];

/// Devices that somebody in this process serves.
#[derive(Clone, Debug, Default)]
pub struct Wakes(Arc<Mutex<BTreeMap<DeviceId, Weak<Notify>>>>);

/// Notified when there may be work for a device.
#[derive(Debug)]
pub struct Wake {
    wakes: Wakes,
    device: DeviceId,
    notify: Arc<Notify>,
}

impl Wakes {
    /// Notified from now on; several may wait for the same device.
    #[must_use]
    pub fn of(&self, device: DeviceId) -> Wake {
        let mut known = self.0.lock();
        let notify = known
            .get(&device)
            .and_then(Weak::upgrade)
            .unwrap_or_else(|| {
                let notify = Arc::new(Notify::new());
                known.insert(device, Arc::downgrade(&notify));
                notify
            });
        Wake {
            wakes: self.clone(),
            device,
            notify,
        }
    }

    /// There may be work for a device.
    pub fn wake(&self, device: DeviceId) {
        let found = self.0.lock().get(&device).and_then(Weak::upgrade);
        if let Some(notify) = found {
            notify.notify_one();
            notify.notify_waiters();
        }
    }

    /// There may be work for every device.
    pub fn wake_all(&self) {
        let all: Vec<_> = self.0.lock().values().filter_map(Weak::upgrade).collect();
        for notify in all {
            notify.notify_one();
            notify.notify_waiters();
        }
    }

    /// Wakes as jobs are announced, until `shutdown`.
    pub async fn follow(self, amqp: Amqp, shutdown: CancellationToken) {
        let mut signals = subscribe(&amqp, &KEYS);
        while let Some(Some(signal)) = shutdown.run_until_cancelled(signals.next()).await {
            match signal {
                Signal::Gap => self.wake_all(),
                Signal::Event(event) => {
                    let changed = event.decode::<PrintJobChanged>();
                    match changed.map(|changed| changed.device_id.parse()) {
                        Ok(Ok(device)) => self.wake(device),
                        _ => tracing::warn!(event.id = %event.id, "a job without its device"),
                    }
                }
            }
        }
    }
}

impl Wake {
    /// Waits until there may be work; at once when there was some since the last wait.
    pub async fn wait(&self) {
        self.notify.notified().await;
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        let mut known = self.wakes.0.lock();
        // This one is the last that waits for the device.
        if Arc::strong_count(&self.notify) == 1 {
            known.remove(&self.device);
        }
    }
}

#[cfg(test)]
mod tests {
    use chassis::id::DeviceId;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn whoever_waits_for_a_device_is_woken_and_forgotten() {
        let wakes = Wakes::default();
        let device = |number| DeviceId::from_uuid(Uuid::from_u128(number));
        let first = wakes.of(device(1));
        let other = wakes.of(device(2));
        wakes.wake(device(1));
        first.wait().await;
        wakes.wake_all();
        other.wait().await;
        drop((first, other));
        assert!(wakes.0.lock().is_empty());
        wakes.wake(device(1));
    }
}
