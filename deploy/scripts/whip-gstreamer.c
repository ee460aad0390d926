/*
 * A client of WHIP and WHEP that has nothing of Plenum in it: GStreamer's webrtcbin, and curl for HTTP.
 *
 *   whip-gstreamer publish URL TOKEN SECONDS [h264]   a test picture and a tone, for so long once connected
 *   whip-gstreamer play URL TOKEN SECONDS [h264]      decodes what comes, and counts it
 *
 * It prints what it did, and fails if media did not flow: published bytes that nobody acknowledged, no decoded picture.
 */
#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static GMainLoop *loop;
static GstElement *pipeline, *rtc;
static const char *url, *token;
static char *session;
static gboolean playing, connected, finished, failed;
static gint pictures, sounds, width, height, seconds;

static void fail(const char *what, const char *why) {
  g_printerr("%s: %s\n", what, why ? why : "");
  failed = TRUE;
  if (loop) g_main_loop_quit(loop);
}

/* curl makes one request and returns the body; headers go to a file that is read for Location. */
static char *request(const char *method, const char *to, const char *kind, const char *body, int *status, char **location) {
  char *in = g_build_filename(g_get_tmp_dir(), "whip-gstreamer.XXXXXX", NULL);
  int fd = g_mkstemp(in);
  g_close(fd, NULL);
  g_file_set_contents(in, body ? body : "", -1, NULL);
  char *bearer = g_strdup_printf("Authorization: Bearer %s", token);
  char *type = g_strdup_printf("Content-Type: %s", kind);
  char *data = g_strdup_printf("@%s", in);
  char *argv[] = {"curl", "-s", "-i", "-X", (char *)method, "-H", bearer, "-H", type, "--data-binary", data, (char *)to, NULL};
  char *out = NULL;
  GError *error = NULL;
  *status = 0;
  if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, NULL, &error)) fail("curl", error->message);
  g_unlink(in);
  if (!out) return g_strdup("");
  char *text = strstr(out, "\r\n\r\n");
  char **lines = g_strsplit(out, "\r\n", -1);
  for (int i = 0; lines[i] && *lines[i]; i++) {
    if (i == 0) sscanf(lines[i], "HTTP/%*s %d", status);
    if (location && g_ascii_strncasecmp(lines[i], "location: ", 10) == 0) *location = g_strdup(lines[i] + 10);
  }
  g_strfreev(lines);
  return g_strdup(text ? text + 4 : "");
}

static void answered(const char *text) {
  GstSDPMessage *sdp;
  gst_sdp_message_new_from_text(text, &sdp);
  GstWebRTCSessionDescription *answer = gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  g_signal_emit_by_name(rtc, "set-remote-description", answer, NULL);
  gst_webrtc_session_description_free(answer);
}

/* The offer goes out when every candidate is in it. */
static void gathered(GstElement *bin, GParamSpec *spec, gpointer data) {
  GstWebRTCICEGatheringState state;
  g_object_get(bin, "ice-gathering-state", &state, NULL);
  if (state != GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE || session) return;
  GstWebRTCSessionDescription *offer = NULL;
  g_object_get(bin, "local-description", &offer, NULL);
  char *text = gst_sdp_message_as_text(offer->sdp), *location = NULL;
  int status;
  char *answer = request("POST", url, "application/sdp", text, &status, &location);
  if (status != 201 || !location) {
    fail("POST", answer);
    return;
  }
  char *base = g_strdup(url), *path = strstr(base + 8, "/");
  if (path) *path = 0;
  session = location[0] == '/' ? g_strconcat(base, location, NULL) : location;
  g_print("201 Created, session %s\n", location);
  answered(answer);
}

static void offered(GstPromise *promise, gpointer data) {
  GstWebRTCSessionDescription *offer = NULL;
  gst_structure_get(gst_promise_get_reply(promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL);
  if (!offer) {
    fail("create-offer", "no offer");
    return;
  }
  g_signal_emit_by_name(rtc, "set-local-description", offer, NULL);
  gst_webrtc_session_description_free(offer);
}

static void needed(GstElement *bin, gpointer data) {
  static gboolean once;
  if (once) return;
  once = TRUE;
  g_signal_emit_by_name(bin, "create-offer", NULL, gst_promise_new_with_change_func(offered, NULL, NULL));
}

static gboolean finish(gpointer data);

/* Before it begins GStreamer makes an RSA key, which takes a small machine seconds. */
static gboolean late(gpointer data) {
  if (!connected) fail("connection", "it did not come up in a minute");
  return FALSE;
}

static void changed(GstElement *bin, GParamSpec *spec, gpointer data) {
  GstWebRTCPeerConnectionState state;
  g_object_get(bin, "connection-state", &state, NULL);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED && !connected) {
    connected = TRUE;
    g_print("connected\n");
    g_timeout_add_seconds(seconds, finish, NULL);
  }
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED && !finished) fail("connection", "failed");
}

static GstPadProbeReturn counted(GstPad *pad, GstPadProbeInfo *info, gpointer counter) {
  g_atomic_int_inc((gint *)counter);
  if (counter == &pictures) {
    GstCaps *caps = gst_pad_get_current_caps(pad);
    if (caps) {
      gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width);
      gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", &height);
      gst_caps_unref(caps);
    }
  }
  return GST_PAD_PROBE_OK;
}

/* Decoded media ends in a sink that counts. */
static void decoded(GstElement *bin, GstPad *pad, gpointer data) {
  GstCaps *caps = gst_pad_get_current_caps(pad);
  gboolean video = g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "video");
  gst_caps_unref(caps);
  GstElement *sink = gst_element_factory_make("fakesink", NULL);
  g_object_set(sink, "sync", FALSE, NULL);
  gst_bin_add(GST_BIN(pipeline), sink);
  GstPad *end = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(end, GST_PAD_PROBE_TYPE_BUFFER, counted, video ? &pictures : &sounds, NULL);
  gst_pad_link(pad, end);
  gst_object_unref(end);
  gst_element_sync_state_with_parent(sink);
}

static void arrived(GstElement *bin, GstPad *pad, gpointer data) {
  if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
  GstElement *decoder = gst_element_factory_make("decodebin", NULL);
  g_signal_connect(decoder, "pad-added", G_CALLBACK(decoded), NULL);
  gst_bin_add(GST_BIN(pipeline), decoder);
  GstPad *in = gst_element_get_static_pad(decoder, "sink");
  gst_pad_link(pad, in);
  gst_object_unref(in);
  gst_element_sync_state_with_parent(decoder);
}

static void recvonly(const char *caps) {
  GstCaps *parsed = gst_caps_from_string(caps);
  GstWebRTCRTPTransceiver *transceiver = NULL;
  g_signal_emit_by_name(rtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, parsed, &transceiver);
  g_object_set(transceiver, "do-nack", TRUE, NULL);
  gst_object_unref(transceiver);
  gst_caps_unref(parsed);
}

static void sendonly(void) {
  GArray *all = NULL;
  g_signal_emit_by_name(rtc, "get-transceivers", &all);
  for (guint i = 0; i < all->len; i++)
    g_object_set(g_array_index(all, GstWebRTCRTPTransceiver *, i), "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, NULL);
  g_array_unref(all);
}

static gint64 acknowledged(const GstStructure *stats) {
  gint64 sent = 0;
  for (int i = 0; i < gst_structure_n_fields(stats); i++) {
    const GValue *value = gst_structure_get_value(stats, gst_structure_nth_field_name(stats, i));
    if (!GST_VALUE_HOLDS_STRUCTURE(value)) continue;
    const GstStructure *one = gst_value_get_structure(value);
    guint64 packets = 0;
    GstWebRTCStatsType type;
    if (!gst_structure_get(one, "type", GST_TYPE_WEBRTC_STATS_TYPE, &type, NULL)) continue;
    if (type == GST_WEBRTC_STATS_OUTBOUND_RTP && gst_structure_get_uint64(one, "packets-sent", &packets)) sent += packets;
  }
  return sent;
}

static gboolean finish(gpointer data) {
  finished = TRUE;
  if (playing) {
    g_print("decoded %d pictures, the last %d x %d, and %d pieces of sound\n", pictures, width, height, sounds);
    if (pictures < 10 || sounds < 10) fail("play", "too little was decoded");
  } else {
    GstPromise *promise = gst_promise_new();
    g_signal_emit_by_name(rtc, "get-stats", NULL, promise);
    gst_promise_wait(promise);
    gint64 sent = acknowledged(gst_promise_get_reply(promise));
    g_print("sent %" G_GINT64_FORMAT " packets\n", sent);
    if (sent < 100) fail("publish", "too little was sent");
  }
  if (session) {
    int status;
    request("DELETE", session, "application/sdp", NULL, &status, NULL);
    g_print("DELETE: %d\n", status);
    if (status != 200) fail("DELETE", "was refused");
  }
  g_main_loop_quit(loop);
  return FALSE;
}

static gboolean noticed(GstBus *bus, GstMessage *message, gpointer data) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError *error;
    gst_message_parse_error(message, &error, NULL);
    fail(GST_OBJECT_NAME(GST_MESSAGE_SRC(message)), error->message);
  }
  return TRUE;
}

#define VP8 "vp8enc deadline=1 keyframe-max-dist=60 target-bitrate=600000 ! rtpvp8pay picture-id-mode=15-bit ! application/x-rtp,media=video,encoding-name=VP8,payload=96"
#define H264 "openh264enc gop-size=60 bitrate=600000 ! video/x-h264,profile=constrained-baseline ! h264parse ! rtph264pay config-interval=-1 aggregate-mode=zero-latency ! application/x-rtp,media=video,encoding-name=H264,payload=96"

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  gst_init(&argc, &argv);
  if (argc < 5) {
    g_printerr("usage: whip-gstreamer publish|play URL TOKEN SECONDS [h264]\n");
    return 2;
  }
  playing = strcmp(argv[1], "play") == 0;
  url = argv[2];
  token = argv[3];
  seconds = atoi(argv[4]);
  GError *error = NULL;
  if (playing) {
    pipeline = gst_pipeline_new(NULL);
    rtc = gst_element_factory_make("webrtcbin", "rtc");
    if (!rtc) {
      g_printerr("there is no webrtcbin: install gstreamer1.0-plugins-bad and gstreamer1.0-nice\n");
      return 1;
    }
    gst_bin_add(GST_BIN(pipeline), rtc);
  } else {
    char *text = g_strdup_printf(
        "webrtcbin name=rtc bundle-policy=max-bundle "
        "audiotestsrc is-live=true wave=sine volume=0.3 ! audioconvert ! opusenc ! rtpopuspay ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! rtc. "
        "videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1 ! videoconvert ! %s ! rtc. ",
        argc > 5 ? H264 : VP8);
    pipeline = gst_parse_launch(text, &error);
    if (error) {
      g_printerr("pipeline: %s\n", error->message);
      return 1;
    }
    rtc = gst_bin_get_by_name(GST_BIN(pipeline), "rtc");
    sendonly();
  }
  g_object_set(rtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, NULL);
  if (!playing) g_signal_connect(rtc, "on-negotiation-needed", G_CALLBACK(needed), NULL);
  g_signal_connect(rtc, "notify::ice-gathering-state", G_CALLBACK(gathered), NULL);
  g_signal_connect(rtc, "notify::connection-state", G_CALLBACK(changed), NULL);
  g_signal_connect(rtc, "pad-added", G_CALLBACK(arrived), NULL);
  if (playing) {
    /* One offer for both, once everything runs: after the first alone it would be asked for already. */
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    gst_element_get_state(pipeline, NULL, NULL, GST_SECOND);
    recvonly("application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=111");
    recvonly(argc > 5 ? "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=96,packetization-mode=(string)1,profile-level-id=(string)42e01f"
                      : "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96");
    needed(rtc, NULL);
  }
  loop = g_main_loop_new(NULL, FALSE);
  GstBus *bus = gst_element_get_bus(pipeline);
  gst_bus_add_watch(bus, noticed, NULL);
  g_timeout_add_seconds(60, late, NULL);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  g_main_loop_run(loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  return failed ? 1 : 0;
}
