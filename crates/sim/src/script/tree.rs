//! Any value of the wire as a tree whose fields keep their order, so that asks and facts are read
//! and told by one rule and need no line of their own.
//! What is not here: how the tree is spelled in a script.

use core::fmt;

use serde::de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// Nothing is said.
    Nothing,
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(i64),
    /// A word or a text.
    Text(String),
    /// Several of them.
    List(Vec<Self>),
    /// Named values, in their order.
    Fields(Vec<(String, Self)>),
}

impl Tree {
    /// The tree of a value.
    pub(super) fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, String> {
        let text = serde_json::to_string(value).map_err(|fault| fault.to_string())?;
        serde_json::from_str(&text).map_err(|fault| fault.to_string())
    }

    /// The value of a tree.
    pub(super) fn grow<T: DeserializeOwned>(&self) -> Result<T, String> {
        let text = serde_json::to_string(self).map_err(|fault| fault.to_string())?;
        serde_json::from_str(&text).map_err(|fault| {
            let told = fault.to_string();
            told.split(" at line").next().unwrap_or_default().to_owned()
        })
    }

    /// The tree as JSON in one line.
    pub(super) fn text(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|fault| fault.to_string())
    }

    /// The value of a named field.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Fields(fields) = self else { return None };
        fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Sets the field of a path such as `course.panel`.
    pub(super) fn set(&mut self, path: &str, value: Self) {
        if !matches!(self, Self::Fields(_)) {
            *self = Self::Fields(Vec::new());
        }
        let Self::Fields(fields) = self else { return };
        let (name, rest) = path.split_once('.').map_or((path, None), |(a, b)| (a, Some(b)));
        let place = fields.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            fields.push((name.to_owned(), Self::Nothing));
            fields.len() - 1
        });
        let Some((_, field)) = fields.get_mut(place) else { return };
        match rest {
            Some(rest) => field.set(rest, value),
            None => *field = value,
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.len()))?;
                for one in list {
                    seq.serialize_element(one)?;
                }
                seq.end()
            }
            Self::Fields(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Grower)
    }
}

struct Grower;

impl<'de> Visitor<'de> for Grower {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Tree, E> {
        i64::try_from(number).map(Tree::Number).map_err(de::Error::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(one) = seq.next_element()? {
            list.push(one);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Tree::Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, ParticipantId, Private};

    use super::*;

    #[test]
    fn a_tree_gives_back_what_it_was_made_of() {
        let ask = Ask::Warn { who: ParticipantId(3), reason: Private::from("loud") };
        let tree = Tree::of(&ask).expect("an ask has a tree");
        assert_eq!(tree.get("do"), Some(&Tree::Text("warn".to_owned())));
        assert_eq!(tree.grow::<Ask>(), Ok(ask));
    }

    #[test]
    fn a_path_reaches_inner_fields() {
        let mut tree = Tree::Nothing;
        tree.set("course.panel", Tree::Flag(true));
        tree.set("course.merged", Tree::Flag(false));
        let course = tree.get("course").expect("it was set");
        assert_eq!(course.get("panel"), Some(&Tree::Flag(true)));
        assert_eq!(course.get("merged"), Some(&Tree::Flag(false)));
    }
}
