use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// What a line of a stream turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Whole(Vec<u8>),
    /// Longer than the cap. It was read to its end and thrown away.
    TooLong,
}

/// Reads up to the next line feed, holding no more than `cap` bytes. Nothing at the end of the stream.
pub(crate) async fn read_line<R: AsyncBufRead + Unpin>(from: &mut R, cap: usize) -> io::Result<Option<Line>> {
    let mut held = Vec::new();
    let mut too_long = false;
    let mut begun = false;
    loop {
        let bytes = from.fill_buf().await?;
        if bytes.is_empty() {
            break;
        }
        begun = true;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        if held.len() + part.len() > cap {
            too_long = true;
            held = Vec::new();
        } else if !too_long {
            held.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        from.consume(used);
        if end.is_some() {
            break;
        }
    }
    Ok(begun.then_some(if too_long { Line::TooLong } else { Line::Whole(held) }))
}

#[cfg(test)]
mod tests {
    use tokio::io::BufReader;

    use super::*;

    async fn lines(text: &str, cap: usize) -> Vec<Line> {
        // A tiny buffer, so that lines come in pieces.
        let mut from = BufReader::with_capacity(3, text.as_bytes());
        let mut lines = Vec::new();
        while let Some(line) = read_line(&mut from, cap).await.unwrap() {
            lines.push(line);
        }
        lines
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn lines_come_whole_however_they_are_cut() {
        assert_eq!(
            lines("one\n\ntwo and more\nlast", 20).await,
            [whole("one"), whole(""), whole("two and more"), whole("last"),]
        );
        assert_eq!(lines("", 20).await, []);
    }

    #[tokio::test]
    async fn a_line_over_the_cap_is_skipped_and_the_next_is_read() {
        let text = format!("{}\nshort\n", "x".repeat(100));
        assert_eq!(lines(&text, 10).await, [Line::TooLong, whole("short")]);
        assert_eq!(lines("1234567890\n12345678901\n", 10).await, [whole("1234567890"), Line::TooLong]);
    }
}
