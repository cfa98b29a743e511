//! Who entered how: the kind of address and the device, in words that say enough and no more.
//!
//! What is not here: where lines are kept (room `signaling`). The address itself is never kept.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Letters of a device's description.
const DEVICE_CHARS_MAX: usize = 60;
/// Browsers by what they call themselves; the first that is found counts, because later ones name
/// earlier ones.
const BROWSERS: [(&str, &str); 8] = [
    ("MicroMessenger/", "微信"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("QQBrowser/", "QQ浏览器"),
    ("HuaweiBrowser/", "华为浏览器"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];
/// Systems by what browsers call them.
const SYSTEMS: [(&str, &str); 7] = [
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// How somebody entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryWay {
    /// 打开本人页面.
    Page,
    /// 凭验证码取得席位.
    Code,
    /// 从本人页面取得席位.
    Link,
    /// 进入庭审: the page connected.
    Sitting,
}

/// What kind of address somebody came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AddressClass {
    /// 本机.
    Here,
    /// 内部网络: private addresses, such as a station's.
    Inside,
    /// 互联网.
    Internet,
}

impl AddressClass {
    /// Of an address.
    pub fn of(address: IpAddr) -> Self {
        let inside = match address.to_canonical() {
            IpAddr::V4(four) => four.is_private() || four.is_link_local(),
            IpAddr::V6(six) => six.is_unique_local() || six.is_unicast_link_local(),
        };
        if address.to_canonical().is_loopback() {
            Self::Here
        } else if inside {
            Self::Inside
        } else {
            Self::Internet
        }
    }
}

/// Browser and system out of what a browser says of itself; empty when it says nothing known.
pub fn device(user_agent: &str) -> String {
    let version = |mark: &str| {
        let (_, rest) = user_agent.split_once(mark)?;
        Some(rest.chars().take_while(char::is_ascii_digit).take(4).collect::<String>())
    };
    let browser = BROWSERS.iter().find_map(|(mark, name)| Some((name, version(mark)?)));
    let system = SYSTEMS.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| name);
    let text = match (browser, system) {
        (Some((name, version)), Some(system)) => format!("{name} {version} · {system}"),
        (Some((name, version)), None) => format!("{name} {version}"),
        (None, Some(system)) => (*system).to_owned(),
        (None, None) => String::new(),
    };
    text.chars().take(DEVICE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_by_kind() {
        let of = |text: &str| AddressClass::of(text.parse().unwrap());
        assert_eq!([of("127.0.0.1"), of("::1"), of("::ffff:127.0.0.1")], [AddressClass::Here; 3]);
        assert_eq!([of("10.3.2.1"), of("fd00::1"), of("fe80::1")], [AddressClass::Inside; 3]);
        assert_eq!([of("203.0.113.7"), of("2001:db8::1")], [AddressClass::Internet; 2]);
    }

    #[test]
    fn devices_are_told_from_what_browsers_say() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
                      Gecko) Chrome/142.0.0.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome 142 · Windows");
        assert_eq!(device(&format!("{chrome} Edg/142.0")), "Edge 142 · Windows");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
        assert_eq!(device(phone), "Safari 18 · iPhone");
        assert_eq!(
            device("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            "Firefox 140 · Linux"
        );
        assert_eq!(device(""), "");
        assert_eq!(device("<script>"), "");
    }
}
