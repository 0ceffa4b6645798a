use std::convert::Infallible;

use proptest::prelude::*;

use super::*;

const CAP: usize = 1 << 20;

fn text(text: &str) -> OwnedFrame {
    OwnedFrame::Text(text.to_owned())
}

fn feed<'c>(cap: usize, chunks: impl IntoIterator<Item = &'c [u8]>) -> Result<Vec<OwnedFrame>, TooLarge> {
    let mut guard = Guard::new(cap);
    let mut frames = Vec::new();
    for chunk in chunks {
        guard.push(chunk, &mut frames)?;
    }
    Ok(frames)
}

fn whole(bytes: &[u8]) -> Vec<OwnedFrame> {
    feed(CAP, [bytes]).unwrap()
}

fn byte_by_byte(bytes: &[u8]) -> Vec<OwnedFrame> {
    feed(CAP, bytes.chunks(1)).unwrap()
}

#[test]
fn an_event_is_handed_over_when_its_blank_line_comes() {
    let mut guard = Guard::new(CAP);
    let mut frames = Vec::new();
    guard.push(b"data: {\"a\"", &mut frames).unwrap();
    guard.push(b":1}\n", &mut frames).unwrap();
    assert!(frames.is_empty());
    guard.push(b"\n", &mut frames).unwrap();
    assert_eq!(frames, [text("{\"a\":1}")]);
}

#[test]
fn a_leading_byte_order_mark_is_taken_off() {
    for input in ["\u{feff}data: a\n\n", "\u{feff}\n\u{feff}\u{feff}\ndata: a\n\n"] {
        assert_eq!(whole(input.as_bytes()), [text("a")], "{input:?}");
        assert_eq!(byte_by_byte(input.as_bytes()), [text("a")], "{input:?}");
    }
}

#[test]
fn a_byte_order_mark_in_front_of_a_later_event_hurts_nobody() {
    // It belongs to the name of a field, which nobody knows then.
    let input = "data: a\n\n\u{feff}data: b\n\n\u{feff}\u{feff}\n\ndata: \u{feff}c\n\n";
    assert_eq!(whole(input.as_bytes()), [text("a"), text("\u{feff}c")]);
    let twice = "\u{feff}\u{feff}data: a\n\ndata: b\n\n";
    assert_eq!(whole(twice.as_bytes()), [text("b")]);
}

#[test]
fn every_kind_of_line_end_ends_lines_and_events() {
    for input in [
        "data: a\ndata: b\n\ndata: c\n\n",
        "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n",
        "data: a\rdata: b\r\rdata: c\r\r",
        "data: a\r\ndata: b\r\r\ndata: c\n\r",
        "data: a\ndata: b\n\rdata: c\r\n\n",
    ] {
        assert_eq!(whole(input.as_bytes()), [text("a\nb"), text("c")], "{input:?}");
        assert_eq!(byte_by_byte(input.as_bytes()), [text("a\nb"), text("c")], "{input:?}");
    }
}

#[test]
fn an_event_that_ends_in_carriage_returns_does_not_wait_for_the_next() {
    let mut guard = Guard::new(CAP);
    let mut frames = Vec::new();
    guard.push(b"data: a\r\n\r", &mut frames).unwrap();
    assert_eq!(frames, [text("a")]);
    // The line feed that belongs to it comes late, and is no blank line of its own.
    guard.push(b"\ndata: b\n\n", &mut frames).unwrap();
    assert_eq!(frames, [text("a"), text("b")]);
}

#[test]
fn names_ids_retries_and_comments_are_no_data() {
    let input = b": hello\n\n:\n\nevent: tick\nid: 7\nretry: 99999999999999999999\ndata: a\nfoo: bar\n\nid: 8\n\nevent: x\n\n";
    assert_eq!(whole(input), [text("a")]);
}

#[test]
fn empty_data_is_data() {
    assert_eq!(whole(b"data\n\ndata:\n\ndata: \ndata\n\n"), [text(""), text(""), text("\n")]);
}

#[test]
fn what_is_not_utf8_is_handed_over_as_bytes_and_the_stream_goes_on() {
    let input = b"data: good\n\nevent: x\ndata: b\xffd\r\ndata: \xc3\x28\n\ndata: \xe2\x82\xac\n\n";
    let expected = [text("good"), OwnedFrame::Bytes(b"b\xffd\n\xc3\x28".to_vec()), text("\u{20ac}")];
    assert_eq!(whole(input), expected);
    assert_eq!(byte_by_byte(input), expected);
}

#[test]
fn a_broken_comment_does_not_spoil_the_data_beside_it() {
    assert_eq!(whole(b": \xff\xfe\ndata: caf\xc3\xa9\n\n: \xff\n\n"), [text("caf\u{e9}")]);
}

#[test]
fn an_event_at_the_cap_is_taken_and_one_over_it_is_not() {
    let event = b"data: 12345\n\n";
    let size = event.len() - 1;
    for chunk in [1, 4, 100] {
        assert_eq!(feed(size, event.chunks(chunk)), Ok(vec![text("12345")]), "chunks of {chunk}");
        assert_eq!(feed(size - 1, event.chunks(chunk)), Err(TooLarge), "chunks of {chunk}");
    }
}

#[test]
fn a_line_end_cut_in_two_counts_as_much_as_a_whole_one() {
    let event = b"data: a\r\ndata: b\r\n\r\n";
    let size = event.len() - 2;
    for chunk in 1..event.len() {
        assert_eq!(feed(size, event.chunks(chunk)), Ok(vec![text("a\nb")]), "chunks of {chunk}");
        assert_eq!(feed(size - 1, event.chunks(chunk)), Err(TooLarge), "chunks of {chunk}");
    }
}

#[test]
fn a_line_end_cut_in_two_counts_towards_its_own_event_alone() {
    let size = b"data: a\r\n".len();
    let chunks = [b"data: a\r\n\r".as_slice(), b"\ndata: b\r\n\r\n"];
    assert_eq!(feed(size, chunks), Ok(vec![text("a"), text("b")]));
}

#[test]
fn many_small_events_are_under_the_cap_together() {
    let input = b"data: 12345\n\n".repeat(1000);
    assert_eq!(feed(20, [input.as_slice()]).unwrap().len(), 1000);
}

#[test]
fn what_came_before_a_too_large_event_is_kept() {
    let mut guard = Guard::new(10);
    let mut frames = Vec::new();
    assert_eq!(guard.push(b"data: a\n\ndata: 0123456789", &mut frames), Err(TooLarge));
    assert_eq!(frames, [text("a")]);
}

#[test]
fn a_stream_without_any_line_end_is_given_up_at_the_cap() {
    let mut guard = Guard::new(1 << 16);
    let mut frames = Vec::new();
    let chunk = [b'x'; 4096];
    let pushed = (1..100).find(|_| guard.push(&chunk, &mut frames).is_err());
    assert_eq!(pushed, Some(17));
}

#[test]
fn a_large_event_of_many_lines_comes_out_whole() {
    let line = "data: \u{20ac}0123456789\r\n";
    let input = format!("{}\r\n", line.repeat(5_000));
    let frames = feed(CAP, input.as_bytes().chunks(777)).unwrap();
    assert_eq!(frames, [text(&["\u{20ac}0123456789"; 5_000].join("\n"))]);
}

#[test]
fn the_memory_of_a_large_event_is_given_back() {
    let mut guard = Guard::new(CAP);
    let mut frames = Vec::new();
    let input = [b"data: ".as_slice(), &[b'x'; CAP - 100], b"\n\n"].concat();
    guard.push(&input, &mut frames).unwrap();
    assert_eq!(frames.len(), 1);
    assert!(guard.buffer.capacity() <= KEPT_BYTES);
}

/// What `eventsource-stream` makes of it on its own, all at once.
fn reference(bytes: &[u8]) -> Vec<OwnedFrame> {
    stream::iter([Ok::<_, Infallible>(bytes)])
        .eventsource()
        .map(|event| OwnedFrame::Text(event.unwrap().data))
        .collect::<Vec<_>>()
        .now_or_never()
        .unwrap()
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["\n", "\r\n", "\r"])
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[^\r\n]{0,12}".prop_map(|text| format!("data: {text}")),
        1 => "[^\r\n]{0,12}".prop_map(|text| format!("data:{text}")),
        1 => "[^\r\n]{0,6}".prop_map(|text| format!(":{text}")),
        1 => "[^\r\n\u{feff}][^\r\n]{0,6}".prop_map(|text| text),
        1 => Just("data".to_owned()),
        1 => Just("event: \u{20ac}".to_owned()),
        3 => Just(String::new()),
    ]
}

fn events() -> impl Strategy<Value = String> {
    prop::collection::vec((line(), line_end()), 0..40)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

/// A stream, and where it is cut.
fn cut(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<Vec<u8>>> {
    (bytes, prop::collection::vec(1usize..9, 1..40)).prop_map(|(bytes, sizes)| {
        let mut rest = bytes.as_slice();
        let mut chunks = Vec::new();
        for size in sizes.into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            chunks.push(chunk.to_vec());
            rest = after;
        }
        chunks
    })
}

proptest! {
    #[test]
    fn it_gives_what_the_parser_alone_gives_for_the_whole(events in events()) {
        // The parser alone waits for what follows a carriage return.
        let events = events + ": end\n";
        prop_assert_eq!(whole(events.as_bytes()), reference(events.as_bytes()));
    }

    #[test]
    fn however_events_are_cut_the_same_come_out(
        chunks in cut(events().prop_map(String::into_bytes)),
        cap in 4usize..60,
    ) {
        let bytes = chunks.concat();
        let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(feed(CAP, chunks.iter().copied()), Ok(whole(&bytes)));
        prop_assert_eq!(feed(cap, chunks), feed(cap, [bytes.as_slice()]));
    }

    #[test]
    fn however_any_bytes_are_cut_the_same_come_out(
        chunks in cut(prop::collection::vec(
            prop_oneof![prop::sample::select(b"\r\n:data \xef\xbb\xbf".to_vec()), any::<u8>()],
            0..200,
        ))
    ) {
        let bytes = chunks.concat();
        prop_assert_eq!(feed(CAP, chunks.iter().map(Vec::as_slice)), Ok(whole(&bytes)));
    }
}
