use super::*;

fn endpoint(url: &str) -> Result<Endpoint, Fault> {
    with(url, &[])
}

fn with(url: &str, settings: &[(&str, &[&str])]) -> Result<Endpoint, Fault> {
    let settings = settings
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect()))
        .collect();
    Endpoint::new(url, Auth::None, None, &settings, Limits::default())
}

#[test]
fn what_is_no_address_is_refused_in_words() {
    for (url, says) in [
        ("", "relative URL without a base"),
        ("localhost:7000", "begins with \"localhost:\""),
        ("ftp://localhost", "begins with \"ftp:\""),
        ("http://", "empty host"),
        ("http://host:99999999", "invalid port"),
        ("http://localhost/#/dashboard", "goes on with"),
        ("http://localhost/?a=b", "goes on with"),
        ("http://user@localhost/", "user name or a password"),
    ] {
        let fault = endpoint(url).unwrap_err();
        assert_eq!((fault.code, fault.next), (FaultCode::Settings, Next::Never), "{url:?}");
        assert!(fault.message.contains(says), "{url:?}: {fault}");
        assert!(!fault.advice.is_empty());
    }
}

#[test]
fn a_password_in_an_address_is_not_repeated() {
    for url in [
        "http://me:hunter2@localhost/",
        "https://hunter2@host.example/",
        "https://me:hunter2@",
        "https://h/?t=hunter2",
        "ftp://me:hunter2@host/",
    ] {
        let fault = endpoint(url).unwrap_err();
        assert!(!fault.to_string().contains("hunter2"), "{fault}");
    }
}

#[test]
fn plain_http_goes_no_further_than_this_computer() {
    for url in [
        "http://localhost:1",
        "http://a.localhost",
        "http://127.8.9.1",
        "http://[::1]:80",
        "HTTP://LOCALHOST",
    ] {
        assert!(endpoint(url).is_ok(), "{url}");
    }
    for url in ["http://host.example", "http://192.168.0.1:7000", "http://localhost.example", "http://[::2]"]
    {
        let fault = endpoint(url).unwrap_err();
        assert_eq!((fault.code, fault.next), (FaultCode::Tls, Next::Never), "{url}");
        assert!(fault.advice.contains("allowPlainHttp=true"), "{fault}");
        assert!(with(url, &[("allowPlainHttp", &["false"])]).is_err());
        assert!(with(url, &[("allowPlainHttp", &["true"])]).is_ok());
    }
    assert!(endpoint("https://host.example").is_ok());
    let fault = with("http://host.example", &[("allowPlainHttp", &["yes"])]).unwrap_err();
    assert_eq!(fault.code, FaultCode::Settings);
}

#[test]
fn a_path_is_put_behind_the_path_of_the_address() {
    for (base, path, whole) in [
        ("http://localhost:7000", "/dashboard/stream", "http://localhost:7000/dashboard/stream"),
        ("http://localhost:7000/", "/a?b=c&d=%2F", "http://localhost:7000/a?b=c&d=%2F"),
        ("https://h.example/bell", "/a%20b/c", "https://h.example/bell/a%20b/c"),
        ("https://h.example/bell/", "/a", "https://h.example/bell/a"),
    ] {
        assert_eq!(endpoint(base).unwrap().url(path).as_str(), whole);
    }
}

#[test]
fn no_path_leads_to_another_host() {
    for base in ["https://h.example/bell", "https://h.example"] {
        let endpoint = endpoint(base).unwrap();
        for path in [
            "//evil.example/x",
            "@evil.example/",
            ":80@evil.example",
            "\\\\evil.example",
            ".evil.example",
            "#@evil.example",
        ] {
            let url = endpoint.url(path);
            assert_eq!((url.host_str(), url.port()), (Some("h.example"), None), "{path}");
        }
    }
}

#[test]
fn an_endpoint_printed_for_a_log_keeps_its_secret() {
    let secret = Some(SecretString::from("hunter2"));
    let limits = Limits::default();
    let endpoint = Endpoint::new("http://localhost", Auth::Bearer, secret, &BTreeMap::new(), limits).unwrap();
    assert!(!format!("{endpoint:?}").contains("hunter2"));
}
