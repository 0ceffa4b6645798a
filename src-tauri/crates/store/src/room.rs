//! How much may wait to be written: for all together, and for each source alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use deskbell_domain::SourceId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// For all, in bytes: more makes the sources wait, and so the servers.
const FOR_ALL: usize = 8 * 1024 * 1024;

/// For one source: a flood leaves room for the others, and little waits before what another says.
const FOR_ONE: usize = 2 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Rooms {
    all: Arc<Semaphore>,
    /// Those that somebody is in or waits for.
    each: Mutex<HashMap<SourceId, Arc<Semaphore>>>,
}

/// Room that is taken. It is given back with this value.
#[derive(Debug)]
pub(crate) struct Room {
    _of_one: Option<OwnedSemaphorePermit>,
    _of_all: Option<OwnedSemaphorePermit>,
}

impl Default for Rooms {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(FOR_ALL)), each: Mutex::default() }
    }
}

impl Rooms {
    /// Waits until there is room for so many bytes of a source. What is larger than a room takes all of it.
    pub(crate) async fn take(&self, source: &SourceId, bytes: usize) -> Room {
        let bytes = u32::try_from(bytes.min(FOR_ONE)).unwrap_or(u32::MAX);
        let one = self.of(source);
        // None of them is ever closed, so this fails never. First its own: else a flood would wait in the room of all.
        let of_one = one.acquire_many_owned(bytes).await.ok();
        let of_all = Arc::clone(&self.all).acquire_many_owned(bytes).await.ok();
        Room { _of_one: of_one, _of_all: of_all }
    }

    fn of(&self, source: &SourceId) -> Arc<Semaphore> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = each.get(source) {
            return Arc::clone(one);
        }
        each.retain(|_, one| Arc::strong_count(one) > 1);
        let one = Arc::new(Semaphore::new(FOR_ONE));
        each.insert(source.clone(), Arc::clone(&one));
        one
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[tokio::test]
    async fn a_source_that_has_filled_its_room_waits_and_another_does_not() {
        let rooms = Rooms::default();
        let (flood, other) = (SourceId::new("flood"), SourceId::new("other"));
        let room = rooms.take(&flood, usize::MAX).await;
        let mut more = pin!(rooms.take(&flood, 1));
        assert!(more.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let mut another = pin!(rooms.take(&other, 1_000));
        assert!(another.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        drop(room);
        assert!(matches!(more.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(_)));
    }

    #[tokio::test]
    async fn all_together_have_no_more_than_the_room_of_all() {
        let rooms = Rooms::default();
        let source = |number: usize| SourceId::new(format!("s{number}"));
        let mut taken = Vec::new();
        for number in 0..FOR_ALL / FOR_ONE {
            taken.push(rooms.take(&source(number), usize::MAX).await);
        }
        let late = source(99);
        let mut one_more = pin!(rooms.take(&late, 1));
        assert!(one_more.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        taken.pop();
        assert!(one_more.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    #[tokio::test]
    async fn a_room_that_nobody_is_in_is_forgotten() {
        let rooms = Rooms::default();
        for number in 0..100 {
            rooms.take(&SourceId::new(format!("s{number}")), 1).await;
        }
        assert_eq!(rooms.each.lock().unwrap().len(), 1);
    }
}
