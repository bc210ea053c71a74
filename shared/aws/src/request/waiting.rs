//! Who waits for which answer.

use std::{
    collections::{HashMap, VecDeque},
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tidings_core::{Envelope, request::request_of};
use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};

/// Why an answer was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// Who asked has given up.
    Late,
    /// Nobody here has asked, or it was answered before (a queue may deliver twice).
    Unknown,
    /// It is no envelope, or names no question.
    Unreadable,
}

/// Is told of answers that were dropped.
pub trait ObserveReplies: Send + Sync {
    /// An answer was dropped.
    fn dropped(&self, dropped: Dropped);
}

/// How many questions are remembered whose askers have given up, to tell what is late from what is unknown.
const REMEMBERED: usize = 1000;

/// The waiting room.
pub(super) struct Waiting {
    observe: Arc<dyn ObserveReplies>,
    room: Mutex<Room>,
    came: Notify,
}

#[derive(Default)]
struct Room {
    askers: HashMap<String, Asker>,
    given_up: VecDeque<String>,
}

struct Asker {
    answer: oneshot::Sender<Envelope>,
    until: Instant,
}

/// The place of one who waits; it is given up with this value.
struct Place<'w> {
    waiting: &'w Waiting,
    request: String,
}

impl Waiting {
    pub(super) fn new(observe: Arc<dyn ObserveReplies>) -> Self {
        Self {
            observe,
            room: Mutex::default(),
            came: Notify::new(),
        }
    }

    /// Takes a place now, and waits for the answer in it when polled.
    pub(super) fn wait<'w>(
        &'w self,
        request: &str,
        patience: Duration,
    ) -> impl Future<Output = Envelope> + Send + use<'w> {
        let (answer, answered) = oneshot::channel();
        let until = Instant::now() + patience;
        self.room()
            .askers
            .insert(request.to_owned(), Asker { answer, until });
        self.came.notify_one();
        let place = Place {
            waiting: self,
            request: request.to_owned(),
        };
        async move {
            let answer = answered.await;
            drop(place);
            match answer {
                Ok(answer) => answer,
                // Only the place itself drops the sender; the time-out ends this.
                Err(_) => pending().await,
            }
        }
    }

    /// Waits until somebody waits, and says for how long the last of them will.
    pub(super) async fn somebody(&self) -> Duration {
        loop {
            let last = self.room().askers.values().map(|asker| asker.until).max();
            match last {
                Some(last) => return last.saturating_duration_since(Instant::now()),
                None => self.came.notified().await,
            }
        }
    }

    /// Gives an answer to who has asked, or drops it.
    pub(super) fn take(&self, text: &str) {
        let answer = Envelope::parse(text).ok();
        let Some((request, answer)) = answer.and_then(|answer| Some((request_of(&answer)?, answer))) else {
            return self.drop(Dropped::Unreadable);
        };
        let mut room = self.room();
        let asker = room.askers.remove(&request);
        let late = room.given_up.contains(&request);
        drop(room);
        match asker.map(|asker| asker.answer.send(answer).is_ok()) {
            Some(true) => {}
            Some(false) => self.drop(Dropped::Late),
            None if late => self.drop(Dropped::Late),
            None => self.drop(Dropped::Unknown),
        }
    }

    fn drop(&self, dropped: Dropped) {
        tracing::info!(?dropped, "an answer was dropped");
        self.observe.dropped(dropped);
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut room = self.waiting.room();
        if room.askers.remove(&self.request).is_none() {
            return;
        }
        if room.given_up.len() == REMEMBERED {
            room.given_up.pop_front();
        }
        room.given_up.push_back(std::mem::take(&mut self.request));
    }
}
