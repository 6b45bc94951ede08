/* Copied to pjlib/include/pj/config_site.h: what pjproject must be compiled with for Kept. */
#define PJSUA_MAX_CALLS                   1024  /* customers and agents of one node; upstream: 4 to 32 */
#define PJSUA_MAX_ACC                     64
#define PJSUA_MAX_PLAYERS                 1024  /* one message to a customer may play on every call */
#define PJSUA_MAX_RECORDERS               1024
#define PJSUA_MAX_CONF_PORTS              4096
#define PJ_IOQUEUE_MAX_HANDLES            8192  /* RTP and RTCP socket per call, and room */
#define PJSIP_MAX_TSX_COUNT               16383
#define PJSIP_MAX_DIALOG_COUNT            16383
#define PJSIP_DONT_SWITCH_TO_TCP          1     /* an INVITE over 1300 bytes stays on UDP */
#define PJSIP_MAX_PKT_LEN                 16000 /* a browser's offer exceeds the default 4000 */
#define PJMEDIA_SRTP_HAS_DTLS             1     /* agents in the browser speak DTLS-SRTP */
#define PJMEDIA_RTP_PT_TELEPHONE_EVENTS   101   /* what gateways assume */
#define PJMEDIA_HAS_VIDEO                 0
#define PJ_LOG_MAX_LEVEL                  5
#define NDEBUG                            1     /* a failed assertion is logged, the node lives on */
