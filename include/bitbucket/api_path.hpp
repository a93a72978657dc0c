#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <bitbucket/codec.hpp>
#include <bitbucket/ids.hpp>
#include <bitbucket/json.hpp>
#include <bitbucket/transport.hpp>

namespace bitbucket::inline v0_1 {

/// Marks the filter whose members a row takes as its query.
template <class Filter>
struct Query {};

/// Marks what a row sends as its JSON body; a Multipart goes as multipart/form-data.
template <class Content>
struct Body {};

/// Marks a row that answers pages of `T`.
template <class T>
struct PageOf {};

/// Marks a call that answers the first rows of its pages, as a std::vector<T>.
template <class T>
struct FirstOf {};

/// Marks a row that answers bytes instead of JSON.
struct Bytes {};

/// A multipart/form-data body.
struct Multipart {
  /// One part of the form.
  struct Part {
    std::string name;               ///< name of the form field
    std::string content;            ///< the bytes to send
    std::string filename = {};      ///< set for files
    std::string content_type = {};  ///< set for files
  };
  std::vector<Part> parts;  ///< in the order in which they are sent
};

/// The shape of an answer.
enum class AnswerKind { nothing, value, optional, array, page, stream };

/// Whether a request of a row may be sent again after the server may have acted on it.
enum class Repeat { by_method, yes, no };

/// A row without its types: what is known about it at run time.
struct Operation {
  Method method = Method::get;            ///< HTTP method
  AnswerKind answer = AnswerKind::value;  ///< the shape of the answer
  bool repeatable = false;                ///< may be sent again after the server may have acted
  bool takes_body = false;                ///< has a JSON or multipart body
  std::string_view path;  ///< the template, "/rest/api/1.0/projects/{project}/repos/{repo}"
};

namespace detail {

template <class P>
struct Parameter {
  using type = P;
  static constexpr auto names = P::placeholders;
  static constexpr bool is_body = false;
};
template <class F>
struct Parameter<Query<F>> {
  using type = F;
  static constexpr std::array<std::string_view, 0> names{};
  static constexpr bool is_body = false;
};
template <class B>
struct Parameter<Body<B>> {
  using type = B;
  static constexpr std::array<std::string_view, 0> names{};
  static constexpr bool is_body = true;
};

template <class A>
inline constexpr AnswerKind kind_of = AnswerKind::value;
template <>
inline constexpr AnswerKind kind_of<void> = AnswerKind::nothing;
template <>
inline constexpr AnswerKind kind_of<Bytes> = AnswerKind::stream;
template <class T>
inline constexpr AnswerKind kind_of<std::optional<T>> = AnswerKind::optional;
template <class T>
inline constexpr AnswerKind kind_of<std::vector<T>> = AnswerKind::array;
template <class T>
inline constexpr AnswerKind kind_of<PageOf<T>> = AnswerKind::page;

// These are not constexpr on purpose: reaching one stops the compilation, and its name is the
// message.
void the_path_must_begin_with_a_slash();
void the_path_has_a_placeholder_without_a_parameter();
void a_parameter_has_no_placeholder_in_the_path();
void placeholders_and_parameters_are_in_another_order_or_have_other_names();
void a_placeholder_is_not_closed();

template <class... P>
consteval void check_placeholders(std::string_view path) {
  if (path.empty() || path[0] != '/') the_path_must_begin_with_a_slash();
  std::size_t at = 0;
  const auto expect = [&](std::string_view name) {
    const std::size_t open = path.find('{', at);
    if (open == std::string_view::npos) {
      a_parameter_has_no_placeholder_in_the_path();
    } else {
      const std::size_t close = path.find('}', open);
      if (close == std::string_view::npos) a_placeholder_is_not_closed();
      if (path.substr(open + 1, close - open - 1) != name)
        placeholders_and_parameters_are_in_another_order_or_have_other_names();
      at = close + 1;
    }
  };
  [[maybe_unused]] const auto expect_all = [&](const auto& names) {
    for (std::string_view name : names) expect(name);
  };
  (expect_all(Parameter<P>::names), ...);
  if (path.find('{', at) != std::string_view::npos)
    the_path_has_a_placeholder_without_a_parameter();
}

/// One call of a row: everything except the host, the credentials and the paging.
struct BITBUCKET_EXPORT CallSpec {
  explicit CallSpec(const Operation& row) : operation(row) { append_literal(); }

  Operation operation;
  std::string path;  // encoded
  Parameters query;
  std::string body;
  std::string content_type;
  Sink sink;

  template <class P>
  void add(const P& parameter, std::type_identity<P>) {
    for (std::size_t i = 0; i < P::placeholders.size(); ++i) {
      parameter.append_to(path, i);
      skip_placeholder();
      append_literal();
    }
  }
  template <class F>
  void add(const F& filter, std::type_identity<Query<F>>) {
    QueryCodec<F>::append(query, filter);
  }
  template <class B>
  void add(const B& content, std::type_identity<Body<B>>) {
    body = JsonCodec<B>::write(content);
    content_type = "application/json";
  }
  void add(const Multipart& content, std::type_identity<Body<Multipart>>);

 private:
  void append_literal();  // up to the next placeholder
  void skip_placeholder();
  std::size_t next_ = 0;  // in operation.path
};

}  // namespace detail

/// A row with its arguments, a value that BitbucketServer::call() and concurrently() can send.
template <class Answer>
class ApiCall {
 public:
  /// Constructed by ApiPath::operator().
  explicit ApiCall(detail::CallSpec spec) : spec_(std::move(spec)) {}

  /// Returns what is sent, except for the host, the credentials and the paging.
  [[nodiscard]] const detail::CallSpec& spec() const& noexcept { return spec_; }
  /// Returns what is sent and uses this call up.
  [[nodiscard]] detail::CallSpec spec() && { return std::move(spec_); }

 private:
  detail::CallSpec spec_;
};

/// A call for the first rows of a list that comes in pages.
template <class T>
class ApiCall<FirstOf<T>> {
 public:
  /// Constructed by ApiCall<PageOf<T>>::first().
  ApiCall(detail::CallSpec spec, std::size_t rows) : spec_(std::move(spec)), rows_(rows) {}

  /// Returns the greatest number of rows wanted.
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  /// Returns what is sent, except for the host, the credentials and the paging.
  [[nodiscard]] const detail::CallSpec& spec() const& noexcept { return spec_; }
  /// Returns what is sent and uses this call up.
  [[nodiscard]] detail::CallSpec spec() && { return std::move(spec_); }

 private:
  detail::CallSpec spec_;
  std::size_t rows_;
};

/// A row that answers pages, together with its arguments.
template <class T>
class ApiCall<PageOf<T>> {
 public:
  /// Constructed by ApiPath::operator().
  explicit ApiCall(detail::CallSpec spec) : spec_(std::move(spec)) {}

  /// Returns a call for the first `n` rows, which requests no page that it does not need.
  [[nodiscard]] ApiCall<FirstOf<T>> first(std::size_t n) const& { return {spec_, n}; }
  /// Returns a call for the first `n` rows and uses this call up.
  [[nodiscard]] ApiCall<FirstOf<T>> first(std::size_t n) && { return {std::move(spec_), n}; }

  /// Returns what is sent, except for the host, the credentials and the paging.
  [[nodiscard]] const detail::CallSpec& spec() const& noexcept { return spec_; }
  /// Returns what is sent and uses this call up.
  [[nodiscard]] detail::CallSpec spec() && { return std::move(spec_); }

 private:
  detail::CallSpec spec_;
};

namespace detail {

template <class... P>
struct Types {};

/// Lets a row be called without its last parameter when that parameter is a query.
template <class Row, class All, class Before = Types<>>
struct ShortCall {
  void operator()(ShortCall) const = delete;
};
template <class Row, class P, class Next, class... Rest, class... Before>
struct ShortCall<Row, Types<P, Next, Rest...>, Types<Before...>>
    : ShortCall<Row, Types<Next, Rest...>, Types<Before..., P>> {
  using ShortCall<Row, Types<Next, Rest...>, Types<Before..., P>>::operator();
};
template <class Row, class Filter, class... Before>
struct ShortCall<Row, Types<Query<Filter>>, Types<Before...>> {
  auto operator()(const typename Parameter<Before>::type&... arguments) const {
    return static_cast<const Row&>(*this)(arguments..., Filter{});
  }
};

}  // namespace detail

/// One operation of the REST API: `Get<Repo, RepoRef> row{"/rest/.../{project}/repos/{repo}"}`.
/// `Answer` may be an incomplete type where the row is defined.  The parameters follow the order of
/// their placeholders; a row whose parameters do not fit does not compile.  BitbucketServer::call()
/// sends it.
template <Method M, class Answer, class... Parameters>
struct ApiPath
    : Operation,
      detail::ShortCall<ApiPath<M, Answer, Parameters...>, detail::Types<Parameters...>> {
  /// Makes the row; does not compile when the template and the parameters do not fit.
  template <std::size_t N>
  consteval ApiPath(const char (&path_template)[N], Repeat repeat = Repeat::by_method)  // NOLINT
      : Operation{M, detail::kind_of<Answer>,
                  repeat == Repeat::yes ||
                      (repeat == Repeat::by_method && (M == Method::get || M == Method::head)),
                  (false || ... || detail::Parameter<Parameters>::is_body),
                  std::string_view(path_template, N - 1)} {
    detail::check_placeholders<Parameters...>(path);
  }

  /// Returns a call of this row with these arguments.
  ApiCall<Answer> operator()(
      const typename detail::Parameter<Parameters>::type&... arguments) const {
    detail::CallSpec call(*this);
    (call.add(arguments, std::type_identity<Parameters>{}), ...);
    return ApiCall<Answer>(std::move(call));
  }
  using detail::ShortCall<ApiPath, detail::Types<Parameters...>>::operator();
};

/// A GET row.
template <class Answer, class... Parameters>
using Get = ApiPath<Method::get, Answer, Parameters...>;
/// A GET row that answers pages of `Answer`.
template <class Answer, class... Parameters>
using Pages = ApiPath<Method::get, PageOf<Answer>, Parameters...>;
/// A POST row.
template <class Answer, class... Parameters>
using Post = ApiPath<Method::post, Answer, Parameters...>;
/// A PUT row.
template <class Answer, class... Parameters>
using Put = ApiPath<Method::put, Answer, Parameters...>;
/// A DELETE row.
template <class Answer, class... Parameters>
using Delete = ApiPath<Method::del, Answer, Parameters...>;
/// A GET row that answers bytes.
template <class... Parameters>
using Stream = ApiPath<Method::get, Bytes, Parameters...>;

}  // namespace bitbucket::inline v0_1
