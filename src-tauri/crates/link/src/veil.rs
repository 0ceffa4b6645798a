//! A server may say our own secret back to us, in an error or an echo. It goes no further than this.

use deskbell_domain::Fault;
use memchr::memmem;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

use crate::event::OwnedFrame;

/// A shorter secret would be found in words that have nothing to do with it.
const SHORTEST: usize = 8;
const MARK: &str = "•••";

/// Covers one secret, in the ways it can be written in an address.
#[derive(Clone, Default)]
pub(crate) struct Veil {
    faces: Vec<SecretString>,
}

impl Veil {
    pub(crate) fn new(secret: Option<&SecretString>) -> Self {
        let Some(secret) = secret.map(ExposeSecret::expose_secret) else { return Self::default() };
        if secret.len() < SHORTEST {
            return Self::default();
        }
        let mut faces = vec![SecretString::from(secret)];
        let encoded: String = byte_serialize(secret.as_bytes()).collect();
        if encoded != secret {
            faces.push(SecretString::from(encoded.replace('+', "%20")));
            faces.push(SecretString::from(encoded));
        }
        Self { faces }
    }

    pub(crate) fn cover_frame(&self, frame: OwnedFrame) -> OwnedFrame {
        match frame {
            OwnedFrame::Text(text) => OwnedFrame::Text(self.cover(text)),
            OwnedFrame::Bytes(bytes) => OwnedFrame::Bytes(self.cover_bytes(bytes)),
        }
    }

    pub(crate) fn cover_fault(&self, fault: Fault) -> Fault {
        Fault { message: self.cover(fault.message), advice: self.cover(fault.advice), ..fault }
    }

    pub(crate) fn cover(&self, mut text: String) -> String {
        for face in &self.faces {
            if memmem::find(text.as_bytes(), face.expose_secret().as_bytes()).is_some() {
                text = text.replace(face.expose_secret(), MARK);
            }
        }
        text
    }

    pub(crate) fn cover_bytes(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for face in &self.faces {
            let face = face.expose_secret().as_bytes();
            let mut from = 0;
            while let Some(at) = memmem::find(bytes.get(from..).unwrap_or_default(), face) {
                bytes.splice(from + at..from + at + face.len(), MARK.bytes());
                from += at + MARK.len();
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_covered_in_all_its_faces_and_nothing_else() {
        let veil = Veil::new(Some(&SecretString::from("s3cret &token")));
        for said in ["a s3cret &token", "a s3cret+%26token", "a s3cret%20%26token"] {
            assert_eq!(veil.cover(said.to_owned()), "a •••");
            assert_eq!(veil.cover_bytes(said.as_bytes().to_vec()), "a •••".as_bytes());
        }
        let twice = b"\xffs3cret &token,s3cret &token\xff".to_vec();
        assert_eq!(veil.cover_bytes(twice), [b"\xff".as_slice(), "•••,•••".as_bytes(), b"\xff"].concat());
        assert_eq!(veil.cover("a secret token".to_owned()), "a secret token");
    }

    #[test]
    fn a_secret_as_short_as_a_word_hides_no_words() {
        let veil = Veil::new(Some(&SecretString::from("a")));
        assert_eq!(veil.cover("a banana".to_owned()), "a banana");
        assert_eq!(Veil::new(None).cover("a".to_owned()), "a");
    }
}
