#pragma once

#include <optional>
#include <string>
#include <vector>

#include <bitbucket/boxed.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/model/comment.hpp>
#include <bitbucket/model/commit.hpp>
#include <bitbucket/model/common.hpp>
#include <bitbucket/model/project.hpp>
#include <bitbucket/model/ref.hpp>
#include <bitbucket/model/repo.hpp>

// What webhooks tell.  Dates are milliseconds or ISO 8601 texts, as the server's version writes
// them.
namespace bitbucket::inline v0_1 {

/// A branch or a tag without what it points to.
struct MinimalRef {
  std::string id;          ///< "refs/heads/main"
  std::string display_id;  ///< "main"
  Open<RefType> type;      ///< a branch or a tag
  friend bool operator==(const MinimalRef&, const MinimalRef&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<MinimalRef>& model_codec(const MinimalRef*);

/// What happened to a branch or a tag.
enum class RefChangeType { unknown, add, update, del };
BITBUCKET_EXPORT EnumWords<RefChangeType> enum_words(RefChangeType);

/// One branch or tag that moved.
struct RefChange {
  MinimalRef ref;      ///< the branch or tag
  std::string ref_id;  ///< "refs/heads/main"
  /// The commit before, or the tag object; none when the ref is new (forty zeros in JSON).
  std::optional<CommitId> from_hash;
  /// The commit after, or the tag object; none when the ref was deleted (forty zeros in JSON).
  std::optional<CommitId> to_hash;
  Open<RefChangeType> type;  ///< created, moved or deleted
  friend bool operator==(const RefChange&, const RefChange&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<RefChange>& model_codec(const RefChange*);

/// Branches or tags moved, most often by a push: `repo:refs_changed`.
struct RefsChanged {
  std::string event_key;           ///< the event
  Timestamp date{};                ///< when it happened
  User actor;                      ///< who did it
  Repo repository;                 ///< where; without links from old servers
  std::vector<RefChange> changes;  ///< all of them; may be empty
  std::vector<Commit> commits;     ///< the newest few, from version 8.0 on; ask for the others
  Boxed<Commit> to_commit;         ///< the newest one, from version 8.0 on
  friend bool operator==(const RefsChanged&, const RefsChanged&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<RefsChanged>& model_codec(const RefsChanged*);

/// A repository was renamed, moved or given other settings: `repo:modified`.
struct RepoModified {
  std::string event_key;  ///< the event
  Timestamp date{};       ///< when it happened
  User actor;             ///< who did it
  Repo old_repository;    ///< before
  Repo new_repository;    ///< after, with the same id
  friend bool operator==(const RepoModified&, const RepoModified&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<RepoModified>& model_codec(const RepoModified*);

/// A repository was forked: `repo:forked`.
struct RepoForked {
  std::string event_key;  ///< the event
  Timestamp date{};       ///< when it happened
  User actor;             ///< who did it
  Repo repository;        ///< the fork; its origin is the repository with the webhook
  friend bool operator==(const RepoForked&, const RepoForked&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<RepoForked>& model_codec(const RepoForked*);

/// A comment on a commit was added, edited or deleted: `repo:comment:added`, `repo:comment:edited`,
/// `repo:comment:deleted`.
struct CommitCommented {
  std::string event_key;                       ///< the event
  Timestamp date{};                            ///< when it happened
  User actor;                                  ///< who did it
  Comment comment;                             ///< as it is now, or as it was when it was deleted
  Repo repository;                             ///< where
  CommitId commit;                             ///< the commit that the comment belongs to
  std::optional<CommentId> comment_parent_id;  ///< the comment that it answers
  std::string previous_comment;                ///< the text before it was edited
  friend bool operator==(const CommitCommented&, const CommitCommented&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<CommitCommented>& model_codec(const CommitCommented*);

/// Somebody pushed what looks like a secret: `repo:secret_detected`.
struct SecretDetected {
  std::string event_key;                  ///< the event
  Timestamp date{};                       ///< when it happened
  User actor;                             ///< who did it
  Repo repository;                        ///< where
  std::vector<RawJson> secret_locations;  ///< files and lines
  friend bool operator==(const SecretDetected&, const SecretDetected&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<SecretDetected>& model_codec(const SecretDetected*);

/// A project was renamed or given another description: `project:modified`.
struct ProjectModified {
  std::string event_key;  ///< the event
  Timestamp date{};       ///< when it happened
  User actor;             ///< who did it
  Project old_project;    ///< before
  Project new_project;    ///< after, with the same id
  friend bool operator==(const ProjectModified&, const ProjectModified&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<ProjectModified>& model_codec(const ProjectModified*);

/// A mirror.
struct MirrorServer {
  std::string id;    ///< identifies the mirror
  std::string name;  ///< for people
  friend bool operator==(const MirrorServer&, const MirrorServer&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<MirrorServer>& model_codec(const MirrorServer*);

/// What a mirror copied.
enum class MirrorSyncType { unknown, snapshot, incremental };
BITBUCKET_EXPORT EnumWords<MirrorSyncType> enum_words(MirrorSyncType);

/// A mirror has a repository's changes: `mirror:repo_synchronized`.
struct MirrorRepoSynchronized {
  std::string event_key;            ///< the event
  Timestamp date{};                 ///< when it happened
  MirrorServer mirror_server;       ///< which mirror
  Open<MirrorSyncType> sync_type;   ///< everything, or what is new
  bool ref_limit_exceeded = false;  ///< too many refs moved, so that `changes` is empty
  Repo repository;                  ///< the repository on the primary server
  std::vector<RefChange> changes;   ///< branches and tags that moved on the mirror
  friend bool operator==(const MirrorRepoSynchronized&, const MirrorRepoSynchronized&) = default;
};
BITBUCKET_EXPORT const detail::ModelCodec<MirrorRepoSynchronized>& model_codec(
    const MirrorRepoSynchronized*);

/// An event that the library has no type for.
struct OtherEvent {
  std::string event_key;  ///< the event
  Timestamp date{};       ///< when it happened
  RawJson body;           ///< all of it
  friend bool operator==(const OtherEvent&, const OtherEvent&) = default;
};

}  // namespace bitbucket::inline v0_1
