use crate::Dialect;

pub(crate) const DIALECT: Dialect = Dialect {
    name: "hyperhive",
    title: "hyperhive dashboard",
    about: "",
    default_url: "",
    settings: &[],
    silence_ms: None,
    adapter: |_| Err(deskbell_domain::Fault::new(deskbell_domain::FaultCode::Settings, "", "", deskbell_domain::Next::Never)),
};
