//! A whole service carries and applies events, and ends in good order.

use std::sync::LazyLock;

use chassis::{
    id::EventId,
    inbox::Consumer,
    outbox::Event,
    service::{App, BoxFuture, Context, Parts},
};
use serde::{Deserialize, Serialize};
use sqlx::migrate::Migrator;
use testkit::{TestService, eventually};

use crate::events::bench::{MIGRATOR, Writer};

static WRITER: LazyLock<Writer> = LazyLock::new(Writer::default);

/// A service that stores the events it receives.
struct Notes;

#[derive(Serialize, Deserialize)]
struct NoSettings {}

impl App for Notes {
    const NAME: &'static str = "notes";
    type Config = NoSettings;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    fn build(_ctx: Context, _config: NoSettings) -> BoxFuture<'static, anyhow::Result<Parts>> {
        let consumer = Consumer::new("notes.written", &["test.note.*.v1"], WRITER.clone());
        Box::pin(std::future::ready(Ok(Parts {
            consumers: vec![consumer],
            ..Parts::default()
        })))
    }
}

#[tokio::test]
async fn a_service_applies_what_it_hears_and_ends_well() {
    let notes = TestService::<Notes>::start(&[]).await;
    let mut listener = notes.listen(&["test.#"]).await;
    let org = testkit::organisation();

    let aggregate = EventId::new(notes.clock()).as_uuid();
    let event = Event::new("test.note.written.v1", aggregate, 1, &"received".to_owned());
    // The queue may not be bound yet; every repeat is an event of its own.
    let stored = || async {
        notes.deliver(org, std::slice::from_ref(&event)).await;
        !WRITER.batches.lock().is_empty()
    };
    eventually(stored).await;
    assert_eq!(
        listener.next().await.decode::<String>().unwrap(),
        "received"
    );
    testkit::assert_no_unpublished(notes.db()).await;
    notes.stop().await;
}
