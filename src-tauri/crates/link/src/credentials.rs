use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use deskbell_domain::{Auth, Fault, FaultCode, Next};
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

/// The headers that show who we are.
pub(crate) fn headers(auth: &Auth, secret: Option<&SecretString>) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::new();
    let Some(secret) = secret.map(ExposeSecret::expose_secret) else { return Ok(headers) };
    let (name, value) = match auth {
        // The query of a stream's address is no header.
        Auth::None | Auth::Query { .. } => return Ok(headers),
        Auth::Bearer => (AUTHORIZATION, format!("Bearer {secret}")),
        Auth::Basic { user } if user.contains(':') => {
            return Err(wrong("A user name for a basic login cannot hold a \":\"."));
        }
        Auth::Basic { user } => {
            (AUTHORIZATION, format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{secret}"))))
        }
        Auth::Header { name } => {
            let name = HeaderName::try_from(name.as_str())
                .map_err(|_| wrong(format!("\"{}\" cannot be the name of a header.", name.escape_debug())))?;
            (name, secret.to_owned())
        }
        Auth::Cookie { name } if HeaderName::try_from(name.as_str()).is_err() => {
            return Err(wrong(format!("\"{}\" cannot be the name of a cookie.", name.escape_debug())));
        }
        Auth::Cookie { .. } if secret.contains(';') => return Err(unsendable()),
        Auth::Cookie { name } => (COOKIE, format!("{name}={secret}")),
    };
    let mut value = HeaderValue::try_from(value).map_err(|_| unsendable())?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(headers)
}

/// The name and the secret that a stream's address carries.
pub(crate) fn query(
    auth: Auth,
    secret: Option<&SecretString>,
) -> Result<Option<(String, SecretString)>, Fault> {
    match (auth, secret) {
        (Auth::Query { name }, _) if name.trim().is_empty() => {
            Err(wrong("The name under which the address carries the secret is missing."))
        }
        (Auth::Query { name }, Some(secret)) => Ok(Some((name, secret.clone()))),
        (Auth::Query { .. }, None) => Ok(None),
        (Auth::None | Auth::Bearer | Auth::Basic { .. } | Auth::Header { .. } | Auth::Cookie { .. }, _) => {
            Ok(None)
        }
    }
}

fn wrong(message: impl Into<String>) -> Fault {
    Fault::new(FaultCode::Settings, message, "Change the source's login.", Next::Never)
}

fn unsendable() -> Fault {
    Fault::new(
        FaultCode::NoSecret,
        "The secret holds a character that cannot be sent, a line end perhaps.",
        "Give the secret again.",
        Next::Never,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(auth: Auth, secret: &str) -> Result<(String, String), Fault> {
        let headers = headers(&auth, Some(&SecretString::from(secret)))?;
        let (name, value) = headers.iter().next().unwrap();
        assert_eq!(headers.len(), 1);
        assert!(value.is_sensitive());
        Ok((name.to_string(), String::from_utf8(value.as_bytes().to_vec()).unwrap()))
    }

    #[test]
    fn each_kind_of_login_has_its_header() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(header(Auth::Bearer, "t0ken"), pair("authorization", "Bearer t0ken"));
        // The example of RFC 7617.
        assert_eq!(
            header(Auth::Basic { user: "Aladdin".into() }, "open sesame"),
            pair("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        );
        assert_eq!(header(Auth::Header { name: "X-Key".into() }, "k"), pair("x-key", "k"));
        assert_eq!(header(Auth::Cookie { name: "sid".into() }, "v"), pair("cookie", "sid=v"));
    }

    #[test]
    fn without_a_secret_nothing_is_shown() {
        assert!(headers(&Auth::Bearer, None).unwrap().is_empty());
        assert!(headers(&Auth::None, Some(&SecretString::from("s"))).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_repeating_it() {
        for (auth, secret) in [
            (Auth::Bearer, "hunter2\nHost: evil"),
            (Auth::Cookie { name: "sid".into() }, "hunter2; other=1"),
            (Auth::Header { name: "X-Key".into() }, "hunter2\0"),
        ] {
            let fault = header(auth, secret).unwrap_err();
            assert_eq!((fault.code, fault.next), (FaultCode::NoSecret, Next::Never));
            assert!(!fault.to_string().contains("hunter2"));
        }
        for auth in [
            Auth::Basic { user: "a:b".into() },
            Auth::Header { name: "no spaces".into() },
            Auth::Cookie { name: "a=b; c".into() },
        ] {
            assert_eq!(header(auth, "s").unwrap_err().code, FaultCode::Settings);
        }
    }
}
