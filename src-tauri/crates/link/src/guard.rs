use eventsource_stream::{EventStreamError, Eventsource};
use futures_util::{FutureExt, StreamExt, stream};
use memchr::{memchr2, memrchr2};

use crate::OwnedFrame;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The parser copies what is left of a piece for every line of it: small pieces keep that small.
const PIECE_BYTES: usize = 1024;

/// What is kept of the buffer after a large event has gone.
const KEPT_BYTES: usize = 256 << 10;

/// An event over the cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// Stands between a socket and `eventsource-stream`, which has no cap, panics on a byte-order mark, ends at bytes
/// that are not UTF-8, and parses its whole buffer again at each chunk. It is only ever given whole events.
///
/// However the bytes are cut into chunks, the same frames come out.
#[derive(Debug)]
pub(crate) struct Guard {
    cap: usize,
    /// An event that has not ended yet.
    buffer: Vec<u8>,
    /// Up to here the buffer was searched for line ends; a line begins here or before.
    searched: usize,
    line: usize,
    begun: bool,
    /// The last chunk ended in a carriage return: a line feed at the front of the next belongs to it.
    after_return: bool,
}

impl Guard {
    pub(crate) fn new(cap: usize) -> Self {
        Self { cap, buffer: Vec::new(), searched: 0, line: 0, begun: false, after_return: false }
    }

    /// Takes what came from the socket and gives the frames that are whole now. After an event over the cap the
    /// guard is of no more use.
    pub(crate) fn push(&mut self, mut chunk: &[u8], frames: &mut Vec<OwnedFrame>) -> Result<(), TooLarge> {
        if self.after_return
            && let Some((first, rest)) = chunk.split_first()
        {
            self.after_return = false;
            if *first == b'\n' {
                chunk = rest;
                // After the end of an event it belongs to nothing any more.
                if !self.buffer.is_empty() {
                    self.buffer.push(b'\n');
                    self.searched = self.buffer.len();
                    self.line = self.searched;
                }
            }
        }
        self.buffer.extend_from_slice(chunk);
        if !self.begun {
            if self.buffer.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(&self.buffer) {
                return Ok(());
            }
            if self.buffer.starts_with(BYTE_ORDER_MARK) {
                self.buffer.drain(..BYTE_ORDER_MARK.len());
            }
            self.begun = true;
        }
        let mut event = 0;
        while let Some(found) = memchr2(b'\n', b'\r', &self.buffer[self.searched..]) {
            let end = self.searched + found;
            self.searched = end + 1;
            if self.buffer[end] == b'\r' {
                match self.buffer.get(end + 1) {
                    Some(b'\n') => self.searched += 1,
                    Some(_) => {}
                    None => self.after_return = true,
                }
            }
            if end == self.line {
                if end - event > self.cap {
                    return Err(TooLarge);
                }
                decode(&self.buffer[event..end], frames);
                event = self.searched;
            }
            self.line = self.searched;
        }
        self.buffer.drain(..event);
        self.line -= event;
        self.searched = self.buffer.len();
        if self.buffer.len() > self.cap {
            return Err(TooLarge);
        }
        if self.buffer.len() < KEPT_BYTES {
            self.buffer.shrink_to(KEPT_BYTES);
        }
        Ok(())
    }
}

/// What one event says: its fields, each line with its end, without the blank line after them.
fn decode(event: &[u8], frames: &mut Vec<OwnedFrame>) {
    if event.is_empty() {
        return;
    }
    match std::str::from_utf8(event) {
        Ok(text) => frames.extend(data(text).map(OwnedFrame::Text)),
        Err(_) => {
            // Read as Latin-1, any bytes are text, and every byte comes out as it went in.
            let text: String = event.iter().map(|byte| char::from(*byte)).collect();
            let bytes = |data: String| data.chars().filter_map(|c| u8::try_from(c).ok()).collect::<Vec<u8>>();
            frames.extend(data(&text).map(bytes).map(|bytes| match String::from_utf8(bytes) {
                Ok(text) => OwnedFrame::Text(text),
                Err(error) => OwnedFrame::Bytes(error.into_bytes()),
            }));
        }
    }
}

/// The data of one event, if it has any.
fn data(event: &str) -> Option<String> {
    // A blank line first: only at its very beginning does the parser look for the mark it panics on. One last: it
    // ends the event, and makes a whole line end of a carriage return.
    let pieces = std::iter::once("\n").chain(Pieces(event)).chain(["\n", "\n"]);
    let mut events = stream::iter(pieces.map(Ok::<_, std::convert::Infallible>)).eventsource();
    match events.next().now_or_never()?? {
        Ok(event) => Some(event.data),
        // Whole lines of valid text: there is nothing it could stumble over.
        Err(EventStreamError::Utf8(_) | EventStreamError::Parser(_) | EventStreamError::Transport(_)) => None,
    }
}

/// Cuts an event at ends of lines.
struct Pieces<'e>(&'e str);

impl<'e> Iterator for Pieces<'e> {
    type Item = &'e str;

    fn next(&mut self) -> Option<&'e str> {
        let bytes = self.0.as_bytes();
        if bytes.is_empty() {
            return None;
        }
        let end = match bytes.get(..PIECE_BYTES) {
            None => None,
            Some(front) => memrchr2(b'\n', b'\r', front)
                .or_else(|| memchr2(b'\n', b'\r', &bytes[PIECE_BYTES..]).map(|found| PIECE_BYTES + found)),
        };
        let cut = match end {
            None => bytes.len(),
            Some(end) if bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n') => end + 2,
            Some(end) => end + 1,
        };
        let (piece, rest) = self.0.split_at(cut);
        self.0 = rest;
        Some(piece)
    }
}

#[cfg(test)]
mod tests;
