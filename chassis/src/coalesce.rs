//! Turns many calls on one hot thing into few batches.
//!
//! For each key one batch is under way at a time; whatever arrives meanwhile forms the next one.
//! An idle key's call starts at once, alone; only where the crowd is do calls wait a moment for
//! others, because a batch costs much the same however many it carries.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    fmt,
    hash::Hash,
    ops::Range,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures::{FutureExt as _, future::BoxFuture};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tracing::{Instrument as _, Span};

/// Batches that may queue behind the one under way before calls are turned away.
const QUEUED_BATCHES: usize = 16;
/// A batch of this many makes the next one wait for more calls.
const CROWD: usize = 6;
/// How long it waits, so that callers that were just answered can come back within it.
const LINGER: Duration = Duration::from_millis(10);

type Handler<K, Q, A> = dyn Fn(K, Vec<Q>) -> BoxFuture<'static, Vec<A>> + Send + Sync;
type Queue<Q, A> = VecDeque<Call<Q, A>>;

type Batch<Q, A> = (Span, Vec<Q>, Vec<oneshot::Sender<A>>);

struct Call<Q, A> {
    question: Q,
    answer: oneshot::Sender<A>,
    span: Span,
}

/// Answers a batch of `count` together: all of `0..count`, or by their places those that `together` is
/// given. Where that fails by what one of them may have caused, each is answered alone, so that it
/// takes no other along.
///
/// `concerns_all` recognises failures that no member causes, such as a database that is away: then
/// nothing is tried again. `failed` makes the answer of who could not be served.
pub async fn batch_or_each<A, E: fmt::Display, F>(
    count: usize,
    together: impl Fn(Range<usize>) -> F,
    concerns_all: impl Fn(&E) -> bool,
    failed: impl Fn(&E) -> A,
) -> Vec<A>
where
    F: Future<Output = Result<Vec<A>, E>>,
{
    match together(0..count).await {
        Ok(answers) => answers,
        Err(error) if count > 1 && !concerns_all(&error) => {
            tracing::warn!(%error, count, "a batch failed, going one by one");
            let mut answers = Vec::with_capacity(count);
            for index in 0..count {
                match together(index..index + 1).await {
                    Ok(alone) => answers.extend(alone),
                    Err(error) => answers.push(failed(&error)),
                }
            }
            answers
        }
        Err(error) => (0..count).map(|_| failed(&error)).collect(),
    }
}

/// Gathers calls of type `Q` by key and answers each with an `A`; clones share the queues.
pub struct Coalescer<K, Q, A>(Arc<Inner<K, Q, A>>);

struct Inner<K, Q, A> {
    max_batch: usize,
    max_queue: usize,
    handler: Box<Handler<K, Q, A>>,
    /// A key is present while a batch of it is under way.
    queues: Mutex<HashMap<K, Queue<Q, A>>>,
}

impl<K, Q, A> Coalescer<K, Q, A>
where
    K: Clone + Eq + Hash + Send + 'static,
    Q: Send + 'static,
    A: Send + 'static,
{
    /// Batches of at most `max_batch` go to `handler`, which answers each call in its place.
    pub fn new(
        max_batch: usize,
        handler: impl Fn(K, Vec<Q>) -> BoxFuture<'static, Vec<A>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            max_batch,
            max_queue: max_batch * QUEUED_BATCHES,
            handler: Box::new(handler),
            queues: Mutex::default(),
        }))
    }

    /// The answer to `question`. `None` when too many wait already, or when the batch failed as a
    /// whole (its handler panicked or did not answer every call): then its effect is unknown.
    ///
    /// A caller that gives up before its batch starts is left out of it.
    pub async fn submit(&self, key: K, question: Q) -> Option<A> {
        let (sender, answer) = oneshot::channel();
        let call = Call {
            question,
            answer: sender,
            span: Span::current(),
        };
        match self.0.queues.lock().entry(key) {
            Entry::Occupied(mut under_way) => {
                let queue = under_way.get_mut();
                if queue.len() >= self.0.max_queue {
                    return None;
                }
                queue.push_back(call);
            }
            Entry::Vacant(idle) => {
                let key = idle.key().clone();
                idle.insert(VecDeque::from([call]));
                let inner = self.0.clone();
                // A task of its own: a caller that gives up must not take the others with it.
                tokio::spawn(async move { inner.work(key).await });
            }
        }
        answer.await.ok()
    }
}

impl<K: Clone + Eq + Hash, Q, A> Inner<K, Q, A> {
    async fn work(&self, key: K) {
        while let Some((span, questions, senders)) = self.next_batch(&key) {
            let crowd = senders.len() >= CROWD && senders.len() < self.max_batch;
            let key = key.clone();
            let handled = async move { (self.handler)(key, questions).await };
            let handled = AssertUnwindSafe(handled.instrument(span));
            match handled.catch_unwind().await {
                Ok(answers) if answers.len() == senders.len() => {
                    for (sender, answer) in senders.into_iter().zip(answers) {
                        // Who gave up meanwhile needs no answer.
                        let _ = sender.send(answer);
                    }
                }
                Ok(answers) => tracing::error!(
                    questions = senders.len(),
                    answers = answers.len(),
                    "a batch did not answer every call"
                ),
                Err(_) => tracing::error!(questions = senders.len(), "a batch panicked"),
            }
            if crowd {
                tokio::time::sleep(LINGER).await;
            }
        }
    }

    /// Takes the next batch, or lets the key be idle when nothing waits. Its work is shown in the
    /// trace of its first call.
    fn next_batch(&self, key: &K) -> Option<Batch<Q, A>> {
        let mut queues = self.queues.lock();
        let queue = queues.get_mut(key)?;
        let (mut first, mut questions, mut senders) = (None, Vec::new(), Vec::new());
        while questions.len() < self.max_batch
            && let Some(Call {
                question,
                answer,
                span,
            }) = queue.pop_front()
        {
            if !answer.is_closed() {
                first.get_or_insert(span);
                questions.push(question);
                senders.push(answer);
            }
        }
        let Some(span) = first else {
            queues.remove(key);
            return None;
        };
        Some((span, questions, senders))
    }
}

impl<K, Q, A> Clone for Coalescer<K, Q, A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, Q, A> fmt::Debug for Coalescer<K, Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coalescer")
            .field("max_batch", &self.0.max_batch)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    type Gated = (
        Coalescer<u8, u32, u32>,
        Arc<Semaphore>,
        Arc<Mutex<Vec<usize>>>,
    );

    /// A coalescer whose batches wait for a permit each, and the sizes of the batches so far.
    fn gated(max_batch: usize) -> Gated {
        let gate = Arc::new(Semaphore::new(0));
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let (inner_gate, inner_sizes) = (gate.clone(), sizes.clone());
        let coalescer = Coalescer::new(max_batch, move |_key, questions: Vec<u32>| {
            let (gate, sizes) = (inner_gate.clone(), inner_sizes.clone());
            async move {
                gate.acquire().await.unwrap().forget();
                sizes.lock().push(questions.len());
                assert!(!questions.contains(&666), "poison");
                questions.into_iter().map(|question| question * 2).collect()
            }
            .boxed()
        });
        (coalescer, gate, sizes)
    }

    #[tokio::test]
    async fn who_spoils_a_batch_spoils_it_for_nobody_else() {
        let (questions, batches) = ([1, 666, 2], Mutex::new(0));
        let answers = batch_or_each(
            questions.len(),
            async |some| {
                *batches.lock() += 1;
                if questions[some.clone()].contains(&666) {
                    return Err("poison");
                }
                Ok(questions[some].iter().map(|it| Ok(it * 2)).collect())
            },
            |error| *error == "away",
            |error| Err(*error),
        )
        .await;
        assert_eq!(answers, [Ok(2), Err("poison"), Ok(4)]);
        assert_eq!(*batches.lock(), 4);
    }

    #[tokio::test]
    async fn nobody_tries_again_alone_when_no_member_is_to_blame() {
        let batches = Mutex::new(0);
        let answers = batch_or_each(
            3,
            async |_| {
                *batches.lock() += 1;
                Err::<Vec<Result<(), _>>, _>("away")
            },
            |error| *error == "away",
            |error| Err(*error),
        )
        .await;
        assert_eq!((answers, *batches.lock()), (vec![Err("away"); 3], 1));
    }

    #[tokio::test]
    async fn calls_that_arrive_during_a_batch_form_the_next_ones() {
        let (coalescer, gate, sizes) = gated(10);
        let calls = join_all((0..26).map(|question| coalescer.submit(1, question)));
        gate.add_permits(100);
        let answers: Vec<_> = calls.await.into_iter().flatten().collect();
        assert_eq!(
            answers,
            (0..26).map(|question| question * 2).collect::<Vec<_>>()
        );
        assert_eq!(*sizes.lock(), [10, 10, 6]);
    }

    #[tokio::test]
    async fn keys_do_not_wait_for_each_other() {
        let coalescer = Coalescer::new(8, |key: u8, questions: Vec<()>| {
            async move {
                if key == 0 {
                    std::future::pending::<()>().await;
                }
                questions
            }
            .boxed()
        });
        let stuck = coalescer.clone();
        tokio::spawn(async move { stuck.submit(0, ()).await });
        assert_eq!(coalescer.submit(1, ()).await, Some(()));
    }

    #[tokio::test]
    async fn a_panic_answers_its_members_and_the_key_goes_on() {
        let (coalescer, gate, _sizes) = gated(2);
        gate.add_permits(100);
        let answers = join_all([1, 666, 2].map(|question| coalescer.submit(1, question))).await;
        assert_eq!(answers, [None, None, Some(4)]);
        assert_eq!(coalescer.submit(1, 5).await, Some(10));
    }

    #[tokio::test]
    async fn a_batch_that_forgets_a_call_answers_none() {
        let coalescer = Coalescer::new(8, |_key: u8, _questions: Vec<u8>| {
            async { vec![1_u8, 2] }.boxed()
        });
        assert_eq!(coalescer.submit(1, 5).await, None);
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_turned_away() {
        let (coalescer, gate, _sizes) = gated(1);
        let calls = join_all((0..100).map(|question| coalescer.submit(1, question)));
        gate.add_permits(100);
        let answers = calls.await;
        assert_eq!(answers.iter().flatten().count(), QUEUED_BATCHES);
    }

    #[tokio::test]
    async fn who_gives_up_is_left_out_of_the_batch() {
        let (coalescer, gate, sizes) = gated(10);
        let mut quitter = Box::pin(coalescer.submit(1, 1));
        assert!(futures::poll!(&mut quitter).is_pending());
        drop(quitter);
        gate.add_permits(100);
        assert_eq!(coalescer.submit(1, 2).await, Some(4));
        assert_eq!(*sizes.lock(), [1]);
    }
}
