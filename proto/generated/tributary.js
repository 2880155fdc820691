/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";
$protobuf.util.Long = null;
$protobuf.configure();

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const tributary = $root.tributary = (() => {

    /**
     * Namespace tributary.
     * @exports tributary
     * @namespace
     */
    const tributary = {};

    tributary.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof tributary
         * @namespace
         */
        const v1 = {};

        v1.Versions = (function() {

            /**
             * Properties of a Versions.
             * @typedef {Object} tributary.v1.Versions.$Properties
             * @property {number|null} [min] Versions min
             * @property {number|null} [max] Versions max
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Versions.
             * @memberof tributary.v1
             * @interface IVersions
             * @augments tributary.v1.Versions.$Properties
             * @deprecated Use tributary.v1.Versions.$Properties instead.
             */

            /**
             * Shape of a Versions.
             * @typedef {tributary.v1.Versions.$Properties} tributary.v1.Versions.$Shape
             */

            /**
             * Constructs a new Versions.
             * @memberof tributary.v1
             * @classdesc Represents a Versions.
             * @constructor
             * @param {tributary.v1.Versions.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Versions = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Versions min.
             * @member {number} min
             * @memberof tributary.v1.Versions
             * @instance
             */
            Versions.prototype.min = 0;

            /**
             * Versions max.
             * @member {number} max
             * @memberof tributary.v1.Versions
             * @instance
             */
            Versions.prototype.max = 0;

            /**
             * Creates a new Versions instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Versions
             * @static
             * @param {tributary.v1.Versions.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Versions} Versions instance
             * @type {{
             *   (properties: tributary.v1.Versions.$Shape): tributary.v1.Versions & tributary.v1.Versions.$Shape;
             *   (properties?: tributary.v1.Versions.$Properties): tributary.v1.Versions;
             * }}
             */
            Versions.create = function(properties) {
                return new Versions(properties);
            };

            /**
             * Encodes the specified Versions message. Does not implicitly {@link tributary.v1.Versions.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Versions
             * @static
             * @param {tributary.v1.Versions.$Properties} message Versions message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Versions.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.min != null && $Object.hasOwnProperty.call(message, "min") && message.min !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.min);
                if (message.max != null && $Object.hasOwnProperty.call(message, "max") && message.max !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.max);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Versions message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Versions
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Versions & tributary.v1.Versions.$Shape} Versions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Versions.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Versions();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.min = value;
                            else
                                delete message.min;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.max = value;
                            else
                                delete message.max;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Versions;
        })();

        v1.HubIdentity = (function() {

            /**
             * Properties of a HubIdentity.
             * @typedef {Object} tributary.v1.HubIdentity.$Properties
             * @property {string|null} [clusterId] HubIdentity clusterId
             * @property {string|null} [ledgerTopicId] HubIdentity ledgerTopicId
             * @property {number|null} [shards] HubIdentity shards
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a HubIdentity.
             * @memberof tributary.v1
             * @interface IHubIdentity
             * @augments tributary.v1.HubIdentity.$Properties
             * @deprecated Use tributary.v1.HubIdentity.$Properties instead.
             */

            /**
             * Shape of a HubIdentity.
             * @typedef {tributary.v1.HubIdentity.$Properties} tributary.v1.HubIdentity.$Shape
             */

            /**
             * Constructs a new HubIdentity.
             * @memberof tributary.v1
             * @classdesc Represents a HubIdentity.
             * @constructor
             * @param {tributary.v1.HubIdentity.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const HubIdentity = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * HubIdentity clusterId.
             * @member {string} clusterId
             * @memberof tributary.v1.HubIdentity
             * @instance
             */
            HubIdentity.prototype.clusterId = "";

            /**
             * HubIdentity ledgerTopicId.
             * @member {string} ledgerTopicId
             * @memberof tributary.v1.HubIdentity
             * @instance
             */
            HubIdentity.prototype.ledgerTopicId = "";

            /**
             * HubIdentity shards.
             * @member {number} shards
             * @memberof tributary.v1.HubIdentity
             * @instance
             */
            HubIdentity.prototype.shards = 0;

            /**
             * Creates a new HubIdentity instance using the specified properties.
             * @function create
             * @memberof tributary.v1.HubIdentity
             * @static
             * @param {tributary.v1.HubIdentity.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.HubIdentity} HubIdentity instance
             * @type {{
             *   (properties: tributary.v1.HubIdentity.$Shape): tributary.v1.HubIdentity & tributary.v1.HubIdentity.$Shape;
             *   (properties?: tributary.v1.HubIdentity.$Properties): tributary.v1.HubIdentity;
             * }}
             */
            HubIdentity.create = function(properties) {
                return new HubIdentity(properties);
            };

            /**
             * Encodes the specified HubIdentity message. Does not implicitly {@link tributary.v1.HubIdentity.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.HubIdentity
             * @static
             * @param {tributary.v1.HubIdentity.$Properties} message HubIdentity message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            HubIdentity.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.clusterId != null && $Object.hasOwnProperty.call(message, "clusterId") && message.clusterId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.clusterId);
                if (message.ledgerTopicId != null && $Object.hasOwnProperty.call(message, "ledgerTopicId") && message.ledgerTopicId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.ledgerTopicId);
                if (message.shards != null && $Object.hasOwnProperty.call(message, "shards") && message.shards !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.shards);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a HubIdentity message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.HubIdentity
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.HubIdentity & tributary.v1.HubIdentity.$Shape} HubIdentity
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            HubIdentity.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.HubIdentity();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.clusterId = value;
                            else
                                delete message.clusterId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.ledgerTopicId = value;
                            else
                                delete message.ledgerTopicId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.shards = value;
                            else
                                delete message.shards;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return HubIdentity;
        })();

        /**
         * Lane enum.
         * @name tributary.v1.Lane
         * @enum {number}
         * @property {number} LANE_MAIN=0 LANE_MAIN value
         * @property {number} LANE_BACKFILL=1 LANE_BACKFILL value
         */
        v1.Lane = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "LANE_MAIN"] = 0;
            values[valuesById[1] = "LANE_BACKFILL"] = 1;
            return values;
        })();

        /**
         * GapReason enum.
         * @name tributary.v1.GapReason
         * @enum {number}
         * @property {number} GAP_UNSPECIFIED=0 GAP_UNSPECIFIED value
         * @property {number} GAP_EXPIRED=1 GAP_EXPIRED value
         * @property {number} GAP_EVICTED=2 GAP_EVICTED value
         * @property {number} GAP_QUARANTINED=3 GAP_QUARANTINED value
         * @property {number} GAP_PURGED=4 GAP_PURGED value
         * @property {number} GAP_WITHHELD=5 GAP_WITHHELD value
         * @property {number} GAP_DUPLICATE=6 GAP_DUPLICATE value
         * @property {number} GAP_LOST=7 GAP_LOST value
         */
        v1.GapReason = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "GAP_UNSPECIFIED"] = 0;
            values[valuesById[1] = "GAP_EXPIRED"] = 1;
            values[valuesById[2] = "GAP_EVICTED"] = 2;
            values[valuesById[3] = "GAP_QUARANTINED"] = 3;
            values[valuesById[4] = "GAP_PURGED"] = 4;
            values[valuesById[5] = "GAP_WITHHELD"] = 5;
            values[valuesById[6] = "GAP_DUPLICATE"] = 6;
            values[valuesById[7] = "GAP_LOST"] = 7;
            return values;
        })();

        v1.Point = (function() {

            /**
             * Properties of a Point.
             * @typedef {Object} tributary.v1.Point.$Properties
             * @property {number|null} [next] Point next
             * @property {Uint8Array|null} [tip] Point tip
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Point.
             * @memberof tributary.v1
             * @interface IPoint
             * @augments tributary.v1.Point.$Properties
             * @deprecated Use tributary.v1.Point.$Properties instead.
             */

            /**
             * Shape of a Point.
             * @typedef {tributary.v1.Point.$Properties} tributary.v1.Point.$Shape
             */

            /**
             * Constructs a new Point.
             * @memberof tributary.v1
             * @classdesc Represents a Point.
             * @constructor
             * @param {tributary.v1.Point.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Point = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Point next.
             * @member {number} next
             * @memberof tributary.v1.Point
             * @instance
             */
            Point.prototype.next = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Point tip.
             * @member {Uint8Array} tip
             * @memberof tributary.v1.Point
             * @instance
             */
            Point.prototype.tip = $util.newBuffer([]);

            /**
             * Creates a new Point instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Point
             * @static
             * @param {tributary.v1.Point.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Point} Point instance
             * @type {{
             *   (properties: tributary.v1.Point.$Shape): tributary.v1.Point & tributary.v1.Point.$Shape;
             *   (properties?: tributary.v1.Point.$Properties): tributary.v1.Point;
             * }}
             */
            Point.create = function(properties) {
                return new Point(properties);
            };

            /**
             * Encodes the specified Point message. Does not implicitly {@link tributary.v1.Point.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Point
             * @static
             * @param {tributary.v1.Point.$Properties} message Point message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Point.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.next != null && $Object.hasOwnProperty.call(message, "next") && (typeof message.next === "object" ? message.next.low || message.next.high : message.next !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.next);
                if (message.tip != null && $Object.hasOwnProperty.call(message, "tip") && message.tip.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.tip);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Point message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Point
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Point & tributary.v1.Point.$Shape} Point
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Point.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Point();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.next = value;
                            else
                                delete message.next;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.tip = value;
                            else
                                delete message.tip;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Point;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} tributary.v1.Hello.$Properties
             * @property {tributary.v1.Versions.$Properties|null} [versions] Hello versions
             * @property {string|null} [edge] Hello edge
             * @property {string|null} [agentVersion] Hello agentVersion
             * @property {tributary.v1.HubIdentity.$Properties|null} [hub] Hello hub
             * @property {number|null} [term] Hello term
             * @property {Array.<tributary.v1.EpochLink.$Properties>|null} [lineage] Hello lineage
             * @property {string|null} [bootId] Hello bootId
             * @property {number|null} [monotonicMs] Hello monotonicMs
             * @property {number|null} [wallMs] Hello wallMs
             * @property {tributary.v1.Reached.$Properties|null} [reached] Hello reached
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof tributary.v1
             * @interface IHello
             * @augments tributary.v1.Hello.$Properties
             * @deprecated Use tributary.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {tributary.v1.Hello.$Properties} tributary.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof tributary.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {tributary.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                this.lineage = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello versions.
             * @member {tributary.v1.Versions.$Properties|null|undefined} versions
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.versions = null;

            /**
             * Hello edge.
             * @member {string} edge
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.edge = "";

            /**
             * Hello agentVersion.
             * @member {string} agentVersion
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.agentVersion = "";

            /**
             * Hello hub.
             * @member {tributary.v1.HubIdentity.$Properties|null|undefined} hub
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.hub = null;

            /**
             * Hello term.
             * @member {number} term
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.term = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Hello lineage.
             * @member {Array.<tributary.v1.EpochLink.$Properties>} lineage
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.lineage = $util.emptyArray;

            /**
             * Hello bootId.
             * @member {string} bootId
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.bootId = "";

            /**
             * Hello monotonicMs.
             * @member {number} monotonicMs
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.monotonicMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Hello wallMs.
             * @member {number} wallMs
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Hello reached.
             * @member {tributary.v1.Reached.$Properties|null|undefined} reached
             * @memberof tributary.v1.Hello
             * @instance
             */
            Hello.prototype.reached = null;

            /**
             * Creates a new Hello instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Hello
             * @static
             * @param {tributary.v1.Hello.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Hello} Hello instance
             * @type {{
             *   (properties: tributary.v1.Hello.$Shape): tributary.v1.Hello & tributary.v1.Hello.$Shape;
             *   (properties?: tributary.v1.Hello.$Properties): tributary.v1.Hello;
             * }}
             */
            Hello.create = function(properties) {
                return new Hello(properties);
            };

            /**
             * Encodes the specified Hello message. Does not implicitly {@link tributary.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Hello
             * @static
             * @param {tributary.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.versions != null && $Object.hasOwnProperty.call(message, "versions"))
                    $root.tributary.v1.Versions.encode(message.versions, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.edge != null && $Object.hasOwnProperty.call(message, "edge") && message.edge !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.edge);
                if (message.agentVersion != null && $Object.hasOwnProperty.call(message, "agentVersion") && message.agentVersion !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.agentVersion);
                if (message.hub != null && $Object.hasOwnProperty.call(message, "hub"))
                    $root.tributary.v1.HubIdentity.encode(message.hub, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.term != null && $Object.hasOwnProperty.call(message, "term") && (typeof message.term === "object" ? message.term.low || message.term.high : message.term !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.term);
                if (message.lineage != null && message.lineage.length)
                    for (let i = 0; i < message.lineage.length; ++i)
                        $root.tributary.v1.EpochLink.encode(message.lineage[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.bootId != null && $Object.hasOwnProperty.call(message, "bootId") && message.bootId !== "")
                    writer.uint32(/* id 7, wireType 2 =*/58).string(message.bootId);
                if (message.monotonicMs != null && $Object.hasOwnProperty.call(message, "monotonicMs") && (typeof message.monotonicMs === "object" ? message.monotonicMs.low || message.monotonicMs.high : message.monotonicMs !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.monotonicMs);
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.wallMs);
                if (message.reached != null && $Object.hasOwnProperty.call(message, "reached"))
                    $root.tributary.v1.Reached.encode(message.reached, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Hello & tributary.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.versions = $root.tributary.v1.Versions.decode(reader, reader.size(), $undefined, _depth + 1, message.versions);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.edge = value;
                            else
                                delete message.edge;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.agentVersion = value;
                            else
                                delete message.agentVersion;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.hub = $root.tributary.v1.HubIdentity.decode(reader, reader.size(), $undefined, _depth + 1, message.hub);
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.term = value;
                            else
                                delete message.term;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.lineage && message.lineage.length))
                                message.lineage = [];
                            message.lineage.push($root.tributary.v1.EpochLink.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.bootId = value;
                            else
                                delete message.bootId;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.monotonicMs = value;
                            else
                                delete message.monotonicMs;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.reached = $root.tributary.v1.Reached.decode(reader, reader.size(), $undefined, _depth + 1, message.reached);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Hello;
        })();

        v1.Reached = (function() {

            /**
             * Properties of a Reached.
             * @typedef {Object} tributary.v1.Reached.$Properties
             * @property {Array.<number>|null} [logs] Reached logs
             * @property {Array.<number>|null} [nextOffsets] Reached nextOffsets
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Reached.
             * @memberof tributary.v1
             * @interface IReached
             * @augments tributary.v1.Reached.$Properties
             * @deprecated Use tributary.v1.Reached.$Properties instead.
             */

            /**
             * Shape of a Reached.
             * @typedef {tributary.v1.Reached.$Properties} tributary.v1.Reached.$Shape
             */

            /**
             * Constructs a new Reached.
             * @memberof tributary.v1
             * @classdesc Represents a Reached.
             * @constructor
             * @param {tributary.v1.Reached.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Reached = function (properties) {
                this.logs = [];
                this.nextOffsets = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Reached logs.
             * @member {Array.<number>} logs
             * @memberof tributary.v1.Reached
             * @instance
             */
            Reached.prototype.logs = $util.emptyArray;

            /**
             * Reached nextOffsets.
             * @member {Array.<number>} nextOffsets
             * @memberof tributary.v1.Reached
             * @instance
             */
            Reached.prototype.nextOffsets = $util.emptyArray;

            /**
             * Creates a new Reached instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Reached
             * @static
             * @param {tributary.v1.Reached.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Reached} Reached instance
             * @type {{
             *   (properties: tributary.v1.Reached.$Shape): tributary.v1.Reached & tributary.v1.Reached.$Shape;
             *   (properties?: tributary.v1.Reached.$Properties): tributary.v1.Reached;
             * }}
             */
            Reached.create = function(properties) {
                return new Reached(properties);
            };

            /**
             * Encodes the specified Reached message. Does not implicitly {@link tributary.v1.Reached.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Reached
             * @static
             * @param {tributary.v1.Reached.$Properties} message Reached message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Reached.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.logs != null && message.logs.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).fixed32s(message.logs);
                if (message.nextOffsets != null && message.nextOffsets.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).uint64s(message.nextOffsets);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Reached message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Reached
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Reached & tributary.v1.Reached.$Shape} Reached
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Reached.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Reached();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.logs && message.logs.length))
                                    message.logs = [];
                                reader.fixed32s(message.logs);
                                continue;
                            }
                            if (wireType !== 5)
                                break;
                            if (!(message.logs && message.logs.length))
                                message.logs = [];
                            message.logs.push(reader.fixed32());
                            continue;
                        }
                    case 2: {
                            if (wireType === 2) {
                                if (!(message.nextOffsets && message.nextOffsets.length))
                                    message.nextOffsets = [];
                                reader.uint64s(message.nextOffsets);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.nextOffsets && message.nextOffsets.length))
                                message.nextOffsets = [];
                            message.nextOffsets.push(reader.uint64());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Reached;
        })();

        v1.EpochLink = (function() {

            /**
             * Properties of an EpochLink.
             * @typedef {Object} tributary.v1.EpochLink.$Properties
             * @property {string|null} [epoch] EpochLink epoch
             * @property {string|null} [predecessor] EpochLink predecessor
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an EpochLink.
             * @memberof tributary.v1
             * @interface IEpochLink
             * @augments tributary.v1.EpochLink.$Properties
             * @deprecated Use tributary.v1.EpochLink.$Properties instead.
             */

            /**
             * Shape of an EpochLink.
             * @typedef {tributary.v1.EpochLink.$Properties} tributary.v1.EpochLink.$Shape
             */

            /**
             * Constructs a new EpochLink.
             * @memberof tributary.v1
             * @classdesc Represents an EpochLink.
             * @constructor
             * @param {tributary.v1.EpochLink.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const EpochLink = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * EpochLink epoch.
             * @member {string} epoch
             * @memberof tributary.v1.EpochLink
             * @instance
             */
            EpochLink.prototype.epoch = "";

            /**
             * EpochLink predecessor.
             * @member {string} predecessor
             * @memberof tributary.v1.EpochLink
             * @instance
             */
            EpochLink.prototype.predecessor = "";

            /**
             * Creates a new EpochLink instance using the specified properties.
             * @function create
             * @memberof tributary.v1.EpochLink
             * @static
             * @param {tributary.v1.EpochLink.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.EpochLink} EpochLink instance
             * @type {{
             *   (properties: tributary.v1.EpochLink.$Shape): tributary.v1.EpochLink & tributary.v1.EpochLink.$Shape;
             *   (properties?: tributary.v1.EpochLink.$Properties): tributary.v1.EpochLink;
             * }}
             */
            EpochLink.create = function(properties) {
                return new EpochLink(properties);
            };

            /**
             * Encodes the specified EpochLink message. Does not implicitly {@link tributary.v1.EpochLink.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.EpochLink
             * @static
             * @param {tributary.v1.EpochLink.$Properties} message EpochLink message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            EpochLink.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.epoch);
                if (message.predecessor != null && $Object.hasOwnProperty.call(message, "predecessor") && message.predecessor !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.predecessor);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an EpochLink message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.EpochLink
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.EpochLink & tributary.v1.EpochLink.$Shape} EpochLink
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            EpochLink.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.EpochLink();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.predecessor = value;
                            else
                                delete message.predecessor;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return EpochLink;
        })();

        v1.Welcome = (function() {

            /**
             * Properties of a Welcome.
             * @typedef {Object} tributary.v1.Welcome.$Properties
             * @property {tributary.v1.Versions.$Properties|null} [versions] Welcome versions
             * @property {tributary.v1.HubIdentity.$Properties|null} [hub] Welcome hub
             * @property {number|null} [term] Welcome term
             * @property {Array.<tributary.v1.EpochAnswer.$Properties>|null} [epochs] Welcome epochs
             * @property {number|null} [creditBytes] Welcome creditBytes
             * @property {number|null} [maxShipmentBytes] Welcome maxShipmentBytes
             * @property {number|null} [wallMs] Welcome wallMs
             * @property {Array.<tributary.v1.SourcePosition.$Properties>|null} [positions] Welcome positions
             * @property {number|null} [uploadBytes] Welcome uploadBytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Welcome.
             * @memberof tributary.v1
             * @interface IWelcome
             * @augments tributary.v1.Welcome.$Properties
             * @deprecated Use tributary.v1.Welcome.$Properties instead.
             */

            /**
             * Shape of a Welcome.
             * @typedef {tributary.v1.Welcome.$Properties} tributary.v1.Welcome.$Shape
             */

            /**
             * Constructs a new Welcome.
             * @memberof tributary.v1
             * @classdesc Represents a Welcome.
             * @constructor
             * @param {tributary.v1.Welcome.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Welcome = function (properties) {
                this.epochs = [];
                this.positions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Welcome versions.
             * @member {tributary.v1.Versions.$Properties|null|undefined} versions
             * @memberof tributary.v1.Welcome
             * @instance
             */
            Welcome.prototype.versions = null;

            /**
             * Welcome hub.
             * @member {tributary.v1.HubIdentity.$Properties|null|undefined} hub
             * @memberof tributary.v1.Welcome
             * @instance
             */
            Welcome.prototype.hub = null;

            /**
             * Welcome term.
             * @member {number} term
             * @memberof tributary.v1.Welcome
             * @instance
             */
            Welcome.prototype.term = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Welcome epochs.
             * @member {Array.<tributary.v1.EpochAnswer.$Properties>} epochs
             * @memberof tributary.v1.Welcome
             * @instance
             */
            Welcome.prototype.epochs = $util.emptyArray;

            /**
             * Welcome creditBytes.
             * @member {number} creditBytes
             * @memberof tributary.v1.Welcome
             * @instance
             */
            Welcome.prototype.creditBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Welcome maxShipmentBytes.
             * @member {number} maxShipmentBytes
             * @memberof tributary.v1.Welcome
             * @instance
             */
            Welcome.prototype.maxShipmentBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Welcome wallMs.
             * @member {number} wallMs
             * @memberof tributary.v1.Welcome
             * @instance
             */
            Welcome.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Welcome positions.
             * @member {Array.<tributary.v1.SourcePosition.$Properties>} positions
             * @memberof tributary.v1.Welcome
             * @instance
             */
            Welcome.prototype.positions = $util.emptyArray;

            /**
             * Welcome uploadBytes.
             * @member {number} uploadBytes
             * @memberof tributary.v1.Welcome
             * @instance
             */
            Welcome.prototype.uploadBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new Welcome instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Welcome
             * @static
             * @param {tributary.v1.Welcome.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Welcome} Welcome instance
             * @type {{
             *   (properties: tributary.v1.Welcome.$Shape): tributary.v1.Welcome & tributary.v1.Welcome.$Shape;
             *   (properties?: tributary.v1.Welcome.$Properties): tributary.v1.Welcome;
             * }}
             */
            Welcome.create = function(properties) {
                return new Welcome(properties);
            };

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link tributary.v1.Welcome.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Welcome
             * @static
             * @param {tributary.v1.Welcome.$Properties} message Welcome message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Welcome.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.versions != null && $Object.hasOwnProperty.call(message, "versions"))
                    $root.tributary.v1.Versions.encode(message.versions, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.hub != null && $Object.hasOwnProperty.call(message, "hub"))
                    $root.tributary.v1.HubIdentity.encode(message.hub, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.term != null && $Object.hasOwnProperty.call(message, "term") && (typeof message.term === "object" ? message.term.low || message.term.high : message.term !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.term);
                if (message.epochs != null && message.epochs.length)
                    for (let i = 0; i < message.epochs.length; ++i)
                        $root.tributary.v1.EpochAnswer.encode(message.epochs[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.creditBytes != null && $Object.hasOwnProperty.call(message, "creditBytes") && (typeof message.creditBytes === "object" ? message.creditBytes.low || message.creditBytes.high : message.creditBytes !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.creditBytes);
                if (message.maxShipmentBytes != null && $Object.hasOwnProperty.call(message, "maxShipmentBytes") && (typeof message.maxShipmentBytes === "object" ? message.maxShipmentBytes.low || message.maxShipmentBytes.high : message.maxShipmentBytes !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.maxShipmentBytes);
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.wallMs);
                if (message.positions != null && message.positions.length)
                    for (let i = 0; i < message.positions.length; ++i)
                        $root.tributary.v1.SourcePosition.encode(message.positions[i], writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.uploadBytes != null && $Object.hasOwnProperty.call(message, "uploadBytes") && (typeof message.uploadBytes === "object" ? message.uploadBytes.low || message.uploadBytes.high : message.uploadBytes !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.uploadBytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Welcome
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Welcome & tributary.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Welcome.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Welcome();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.versions = $root.tributary.v1.Versions.decode(reader, reader.size(), $undefined, _depth + 1, message.versions);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.hub = $root.tributary.v1.HubIdentity.decode(reader, reader.size(), $undefined, _depth + 1, message.hub);
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.term = value;
                            else
                                delete message.term;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.epochs && message.epochs.length))
                                message.epochs = [];
                            message.epochs.push($root.tributary.v1.EpochAnswer.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.creditBytes = value;
                            else
                                delete message.creditBytes;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.maxShipmentBytes = value;
                            else
                                delete message.maxShipmentBytes;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.positions && message.positions.length))
                                message.positions = [];
                            message.positions.push($root.tributary.v1.SourcePosition.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.uploadBytes = value;
                            else
                                delete message.uploadBytes;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Welcome;
        })();

        v1.EpochAnswer = (function() {

            /**
             * Properties of an EpochAnswer.
             * @typedef {Object} tributary.v1.EpochAnswer.$Properties
             * @property {string|null} [epoch] EpochAnswer epoch
             * @property {tributary.v1.EpochAnswer.State|null} [state] EpochAnswer state
             * @property {string|null} [reason] EpochAnswer reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an EpochAnswer.
             * @memberof tributary.v1
             * @interface IEpochAnswer
             * @augments tributary.v1.EpochAnswer.$Properties
             * @deprecated Use tributary.v1.EpochAnswer.$Properties instead.
             */

            /**
             * Shape of an EpochAnswer.
             * @typedef {tributary.v1.EpochAnswer.$Properties} tributary.v1.EpochAnswer.$Shape
             */

            /**
             * Constructs a new EpochAnswer.
             * @memberof tributary.v1
             * @classdesc Represents an EpochAnswer.
             * @constructor
             * @param {tributary.v1.EpochAnswer.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const EpochAnswer = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * EpochAnswer epoch.
             * @member {string} epoch
             * @memberof tributary.v1.EpochAnswer
             * @instance
             */
            EpochAnswer.prototype.epoch = "";

            /**
             * EpochAnswer state.
             * @member {tributary.v1.EpochAnswer.State} state
             * @memberof tributary.v1.EpochAnswer
             * @instance
             */
            EpochAnswer.prototype.state = 0;

            /**
             * EpochAnswer reason.
             * @member {string} reason
             * @memberof tributary.v1.EpochAnswer
             * @instance
             */
            EpochAnswer.prototype.reason = "";

            /**
             * Creates a new EpochAnswer instance using the specified properties.
             * @function create
             * @memberof tributary.v1.EpochAnswer
             * @static
             * @param {tributary.v1.EpochAnswer.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.EpochAnswer} EpochAnswer instance
             * @type {{
             *   (properties: tributary.v1.EpochAnswer.$Shape): tributary.v1.EpochAnswer & tributary.v1.EpochAnswer.$Shape;
             *   (properties?: tributary.v1.EpochAnswer.$Properties): tributary.v1.EpochAnswer;
             * }}
             */
            EpochAnswer.create = function(properties) {
                return new EpochAnswer(properties);
            };

            /**
             * Encodes the specified EpochAnswer message. Does not implicitly {@link tributary.v1.EpochAnswer.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.EpochAnswer
             * @static
             * @param {tributary.v1.EpochAnswer.$Properties} message EpochAnswer message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            EpochAnswer.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.epoch);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.state);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an EpochAnswer message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.EpochAnswer
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.EpochAnswer & tributary.v1.EpochAnswer.$Shape} EpochAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            EpochAnswer.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.EpochAnswer();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * State enum.
             * @name tributary.v1.EpochAnswer.State
             * @enum {number}
             * @property {number} OPEN=0 OPEN value
             * @property {number} HELD=1 HELD value
             * @property {number} CLOSED=2 CLOSED value
             */
            EpochAnswer.State = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "OPEN"] = 0;
                values[valuesById[1] = "HELD"] = 1;
                values[valuesById[2] = "CLOSED"] = 2;
                return values;
            })();

            return EpochAnswer;
        })();

        v1.Shipment = (function() {

            /**
             * Properties of a Shipment.
             * @typedef {Object} tributary.v1.Shipment.$Properties
             * @property {number|null} [version] Shipment version
             * @property {string|null} [edge] Shipment edge
             * @property {tributary.v1.HubIdentity.$Properties|null} [hub] Shipment hub
             * @property {Array.<tributary.v1.Stream.$Properties>|null} [streams] Shipment streams
             * @property {Array.<tributary.v1.Parcel.$Properties>|null} [parcels] Shipment parcels
             * @property {Array.<tributary.v1.Mark.$Properties>|null} [marks] Shipment marks
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Shipment.
             * @memberof tributary.v1
             * @interface IShipment
             * @augments tributary.v1.Shipment.$Properties
             * @deprecated Use tributary.v1.Shipment.$Properties instead.
             */

            /**
             * Shape of a Shipment.
             * @typedef {{
             *   version?: number|null;
             *   edge?: string|null;
             *   hub?: tributary.v1.HubIdentity.$Shape|null;
             *   streams?: Array.<tributary.v1.Stream.$Shape>|null;
             *   parcels?: Array.<tributary.v1.Parcel.$Shape>|null;
             *   marks?: Array.<tributary.v1.Mark.$Shape>|null;
             *   $unknowns?: Array.<Uint8Array>;
             * }} tributary.v1.Shipment.$Shape
             */

            /**
             * Constructs a new Shipment.
             * @memberof tributary.v1
             * @classdesc Represents a Shipment.
             * @constructor
             * @param {tributary.v1.Shipment.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Shipment = function (properties) {
                this.streams = [];
                this.parcels = [];
                this.marks = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Shipment version.
             * @member {number} version
             * @memberof tributary.v1.Shipment
             * @instance
             */
            Shipment.prototype.version = 0;

            /**
             * Shipment edge.
             * @member {string} edge
             * @memberof tributary.v1.Shipment
             * @instance
             */
            Shipment.prototype.edge = "";

            /**
             * Shipment hub.
             * @member {tributary.v1.HubIdentity.$Properties|null|undefined} hub
             * @memberof tributary.v1.Shipment
             * @instance
             */
            Shipment.prototype.hub = null;

            /**
             * Shipment streams.
             * @member {Array.<tributary.v1.Stream.$Properties>} streams
             * @memberof tributary.v1.Shipment
             * @instance
             */
            Shipment.prototype.streams = $util.emptyArray;

            /**
             * Shipment parcels.
             * @member {Array.<tributary.v1.Parcel.$Properties>} parcels
             * @memberof tributary.v1.Shipment
             * @instance
             */
            Shipment.prototype.parcels = $util.emptyArray;

            /**
             * Shipment marks.
             * @member {Array.<tributary.v1.Mark.$Properties>} marks
             * @memberof tributary.v1.Shipment
             * @instance
             */
            Shipment.prototype.marks = $util.emptyArray;

            /**
             * Creates a new Shipment instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Shipment
             * @static
             * @param {tributary.v1.Shipment.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Shipment} Shipment instance
             * @type {{
             *   (properties: tributary.v1.Shipment.$Shape): tributary.v1.Shipment & tributary.v1.Shipment.$Shape;
             *   (properties?: tributary.v1.Shipment.$Properties): tributary.v1.Shipment;
             * }}
             */
            Shipment.create = function(properties) {
                return new Shipment(properties);
            };

            /**
             * Encodes the specified Shipment message. Does not implicitly {@link tributary.v1.Shipment.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Shipment
             * @static
             * @param {tributary.v1.Shipment.$Properties} message Shipment message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Shipment.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.edge != null && $Object.hasOwnProperty.call(message, "edge") && message.edge !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.edge);
                if (message.hub != null && $Object.hasOwnProperty.call(message, "hub"))
                    $root.tributary.v1.HubIdentity.encode(message.hub, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.streams != null && message.streams.length)
                    for (let i = 0; i < message.streams.length; ++i)
                        $root.tributary.v1.Stream.encode(message.streams[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.parcels != null && message.parcels.length)
                    for (let i = 0; i < message.parcels.length; ++i)
                        $root.tributary.v1.Parcel.encode(message.parcels[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.marks != null && message.marks.length)
                    for (let i = 0; i < message.marks.length; ++i)
                        $root.tributary.v1.Mark.encode(message.marks[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Shipment message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Shipment
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Shipment & tributary.v1.Shipment.$Shape} Shipment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Shipment.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Shipment();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.edge = value;
                            else
                                delete message.edge;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.hub = $root.tributary.v1.HubIdentity.decode(reader, reader.size(), $undefined, _depth + 1, message.hub);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.streams && message.streams.length))
                                message.streams = [];
                            message.streams.push($root.tributary.v1.Stream.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.parcels && message.parcels.length))
                                message.parcels = [];
                            message.parcels.push($root.tributary.v1.Parcel.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.marks && message.marks.length))
                                message.marks = [];
                            message.marks.push($root.tributary.v1.Mark.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Shipment;
        })();

        v1.Stream = (function() {

            /**
             * Properties of a Stream.
             * @typedef {Object} tributary.v1.Stream.$Properties
             * @property {string|null} [epoch] Stream epoch
             * @property {string|null} [topic] Stream topic
             * @property {number|null} [partition] Stream partition
             * @property {tributary.v1.Lane|null} [lane] Stream lane
             * @property {number|null} [sourcePartitions] Stream sourcePartitions
             * @property {tributary.v1.Link.$Properties|null} [previous] Stream previous
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Stream.
             * @memberof tributary.v1
             * @interface IStream
             * @augments tributary.v1.Stream.$Properties
             * @deprecated Use tributary.v1.Stream.$Properties instead.
             */

            /**
             * Shape of a Stream.
             * @typedef {tributary.v1.Stream.$Properties} tributary.v1.Stream.$Shape
             */

            /**
             * Constructs a new Stream.
             * @memberof tributary.v1
             * @classdesc Represents a Stream.
             * @constructor
             * @param {tributary.v1.Stream.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Stream = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Stream epoch.
             * @member {string} epoch
             * @memberof tributary.v1.Stream
             * @instance
             */
            Stream.prototype.epoch = "";

            /**
             * Stream topic.
             * @member {string} topic
             * @memberof tributary.v1.Stream
             * @instance
             */
            Stream.prototype.topic = "";

            /**
             * Stream partition.
             * @member {number} partition
             * @memberof tributary.v1.Stream
             * @instance
             */
            Stream.prototype.partition = 0;

            /**
             * Stream lane.
             * @member {tributary.v1.Lane} lane
             * @memberof tributary.v1.Stream
             * @instance
             */
            Stream.prototype.lane = 0;

            /**
             * Stream sourcePartitions.
             * @member {number} sourcePartitions
             * @memberof tributary.v1.Stream
             * @instance
             */
            Stream.prototype.sourcePartitions = 0;

            /**
             * Stream previous.
             * @member {tributary.v1.Link.$Properties|null|undefined} previous
             * @memberof tributary.v1.Stream
             * @instance
             */
            Stream.prototype.previous = null;

            /**
             * Creates a new Stream instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Stream
             * @static
             * @param {tributary.v1.Stream.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Stream} Stream instance
             * @type {{
             *   (properties: tributary.v1.Stream.$Shape): tributary.v1.Stream & tributary.v1.Stream.$Shape;
             *   (properties?: tributary.v1.Stream.$Properties): tributary.v1.Stream;
             * }}
             */
            Stream.create = function(properties) {
                return new Stream(properties);
            };

            /**
             * Encodes the specified Stream message. Does not implicitly {@link tributary.v1.Stream.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Stream
             * @static
             * @param {tributary.v1.Stream.$Properties} message Stream message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Stream.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.epoch);
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.topic);
                if (message.partition != null && $Object.hasOwnProperty.call(message, "partition") && message.partition !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.partition);
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.lane);
                if (message.sourcePartitions != null && $Object.hasOwnProperty.call(message, "sourcePartitions") && message.sourcePartitions !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.sourcePartitions);
                if (message.previous != null && $Object.hasOwnProperty.call(message, "previous"))
                    $root.tributary.v1.Link.encode(message.previous, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Stream message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Stream
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Stream & tributary.v1.Stream.$Shape} Stream
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Stream.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Stream();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.partition = value;
                            else
                                delete message.partition;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sourcePartitions = value;
                            else
                                delete message.sourcePartitions;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.previous = $root.tributary.v1.Link.decode(reader, reader.size(), $undefined, _depth + 1, message.previous);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Stream;
        })();

        v1.Link = (function() {

            /**
             * Properties of a Link.
             * @typedef {Object} tributary.v1.Link.$Properties
             * @property {string|null} [epoch] Link epoch
             * @property {tributary.v1.Point.$Properties|null} [end] Link end
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Link.
             * @memberof tributary.v1
             * @interface ILink
             * @augments tributary.v1.Link.$Properties
             * @deprecated Use tributary.v1.Link.$Properties instead.
             */

            /**
             * Shape of a Link.
             * @typedef {tributary.v1.Link.$Properties} tributary.v1.Link.$Shape
             */

            /**
             * Constructs a new Link.
             * @memberof tributary.v1
             * @classdesc Represents a Link.
             * @constructor
             * @param {tributary.v1.Link.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Link = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Link epoch.
             * @member {string} epoch
             * @memberof tributary.v1.Link
             * @instance
             */
            Link.prototype.epoch = "";

            /**
             * Link end.
             * @member {tributary.v1.Point.$Properties|null|undefined} end
             * @memberof tributary.v1.Link
             * @instance
             */
            Link.prototype.end = null;

            /**
             * Creates a new Link instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Link
             * @static
             * @param {tributary.v1.Link.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Link} Link instance
             * @type {{
             *   (properties: tributary.v1.Link.$Shape): tributary.v1.Link & tributary.v1.Link.$Shape;
             *   (properties?: tributary.v1.Link.$Properties): tributary.v1.Link;
             * }}
             */
            Link.create = function(properties) {
                return new Link(properties);
            };

            /**
             * Encodes the specified Link message. Does not implicitly {@link tributary.v1.Link.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Link
             * @static
             * @param {tributary.v1.Link.$Properties} message Link message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Link.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.epoch);
                if (message.end != null && $Object.hasOwnProperty.call(message, "end"))
                    $root.tributary.v1.Point.encode(message.end, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Link message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Link
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Link & tributary.v1.Link.$Shape} Link
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Link.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Link();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.end = $root.tributary.v1.Point.decode(reader, reader.size(), $undefined, _depth + 1, message.end);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Link;
        })();

        v1.Parcel = (function() {

            /**
             * Properties of a Parcel.
             * @typedef {Object} tributary.v1.Parcel.$Properties
             * @property {number|null} [stream] Parcel stream
             * @property {tributary.v1.Sealed.$Properties|null} [sealed] Parcel sealed
             * @property {tributary.v1.Gap.$Properties|null} [gap] Parcel gap
             * @property {"sealed"|"gap"} [content] Parcel content
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Parcel.
             * @memberof tributary.v1
             * @interface IParcel
             * @augments tributary.v1.Parcel.$Properties
             * @deprecated Use tributary.v1.Parcel.$Properties instead.
             */

            /**
             * Narrowed shape of a Parcel.
             * @typedef {{
             *   stream?: number|null;
             *   sealed?: tributary.v1.Sealed.$Shape|null;
             *   gap?: tributary.v1.Gap.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ content?: undefined; sealed?: null; gap?: null }|{ content?: "sealed"; sealed: tributary.v1.Sealed.$Shape; gap?: null }|{ content?: "gap"; sealed?: null; gap: tributary.v1.Gap.$Shape })
             * )} tributary.v1.Parcel.$Shape
             */

            /**
             * Constructs a new Parcel.
             * @memberof tributary.v1
             * @classdesc Represents a Parcel.
             * @constructor
             * @param {tributary.v1.Parcel.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Parcel = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Parcel stream.
             * @member {number} stream
             * @memberof tributary.v1.Parcel
             * @instance
             */
            Parcel.prototype.stream = 0;

            /**
             * Parcel sealed.
             * @member {tributary.v1.Sealed.$Properties|null|undefined} sealed
             * @memberof tributary.v1.Parcel
             * @instance
             */
            Parcel.prototype.sealed = null;

            /**
             * Parcel gap.
             * @member {tributary.v1.Gap.$Properties|null|undefined} gap
             * @memberof tributary.v1.Parcel
             * @instance
             */
            Parcel.prototype.gap = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Parcel content.
             * @member {"sealed"|"gap"|undefined} content
             * @memberof tributary.v1.Parcel
             * @instance
             */
            $Object.defineProperty(Parcel.prototype, "content", {
                get: $util.oneOfGetter($oneOfFields = ["sealed", "gap"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new Parcel instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Parcel
             * @static
             * @param {tributary.v1.Parcel.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Parcel} Parcel instance
             * @type {{
             *   (properties: tributary.v1.Parcel.$Shape): tributary.v1.Parcel & tributary.v1.Parcel.$Shape;
             *   (properties?: tributary.v1.Parcel.$Properties): tributary.v1.Parcel;
             * }}
             */
            Parcel.create = function(properties) {
                return new Parcel(properties);
            };

            /**
             * Encodes the specified Parcel message. Does not implicitly {@link tributary.v1.Parcel.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Parcel
             * @static
             * @param {tributary.v1.Parcel.$Properties} message Parcel message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Parcel.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.stream);
                if (message.sealed != null && $Object.hasOwnProperty.call(message, "sealed"))
                    $root.tributary.v1.Sealed.encode(message.sealed, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.gap != null && $Object.hasOwnProperty.call(message, "gap"))
                    $root.tributary.v1.Gap.encode(message.gap, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Parcel message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Parcel
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Parcel & tributary.v1.Parcel.$Shape} Parcel
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Parcel.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Parcel();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.sealed = $root.tributary.v1.Sealed.decode(reader, reader.size(), $undefined, _depth + 1, message.sealed);
                            message.content = "sealed";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.gap = $root.tributary.v1.Gap.decode(reader, reader.size(), $undefined, _depth + 1, message.gap);
                            message.content = "gap";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Parcel;
        })();

        v1.Sealed = (function() {

            /**
             * Properties of a Sealed.
             * @typedef {Object} tributary.v1.Sealed.$Properties
             * @property {number|null} [first] Sealed first
             * @property {number|null} [last] Sealed last
             * @property {Uint8Array|null} [previousTip] Sealed previousTip
             * @property {Uint8Array|null} [tip] Sealed tip
             * @property {Uint8Array|null} [blob] Sealed blob
             * @property {number|null} [minTimestamp] Sealed minTimestamp
             * @property {number|null} [maxTimestamp] Sealed maxTimestamp
             * @property {number|null} [shiftMs] Sealed shiftMs
             * @property {tributary.v1.SourcePosition.$Properties|null} [position] Sealed position
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Sealed.
             * @memberof tributary.v1
             * @interface ISealed
             * @augments tributary.v1.Sealed.$Properties
             * @deprecated Use tributary.v1.Sealed.$Properties instead.
             */

            /**
             * Shape of a Sealed.
             * @typedef {tributary.v1.Sealed.$Properties} tributary.v1.Sealed.$Shape
             */

            /**
             * Constructs a new Sealed.
             * @memberof tributary.v1
             * @classdesc Represents a Sealed.
             * @constructor
             * @param {tributary.v1.Sealed.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Sealed = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Sealed first.
             * @member {number} first
             * @memberof tributary.v1.Sealed
             * @instance
             */
            Sealed.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Sealed last.
             * @member {number} last
             * @memberof tributary.v1.Sealed
             * @instance
             */
            Sealed.prototype.last = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Sealed previousTip.
             * @member {Uint8Array} previousTip
             * @memberof tributary.v1.Sealed
             * @instance
             */
            Sealed.prototype.previousTip = $util.newBuffer([]);

            /**
             * Sealed tip.
             * @member {Uint8Array} tip
             * @memberof tributary.v1.Sealed
             * @instance
             */
            Sealed.prototype.tip = $util.newBuffer([]);

            /**
             * Sealed blob.
             * @member {Uint8Array} blob
             * @memberof tributary.v1.Sealed
             * @instance
             */
            Sealed.prototype.blob = $util.newBuffer([]);

            /**
             * Sealed minTimestamp.
             * @member {number} minTimestamp
             * @memberof tributary.v1.Sealed
             * @instance
             */
            Sealed.prototype.minTimestamp = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Sealed maxTimestamp.
             * @member {number} maxTimestamp
             * @memberof tributary.v1.Sealed
             * @instance
             */
            Sealed.prototype.maxTimestamp = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Sealed shiftMs.
             * @member {number} shiftMs
             * @memberof tributary.v1.Sealed
             * @instance
             */
            Sealed.prototype.shiftMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Sealed position.
             * @member {tributary.v1.SourcePosition.$Properties|null|undefined} position
             * @memberof tributary.v1.Sealed
             * @instance
             */
            Sealed.prototype.position = null;

            /**
             * Creates a new Sealed instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Sealed
             * @static
             * @param {tributary.v1.Sealed.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Sealed} Sealed instance
             * @type {{
             *   (properties: tributary.v1.Sealed.$Shape): tributary.v1.Sealed & tributary.v1.Sealed.$Shape;
             *   (properties?: tributary.v1.Sealed.$Properties): tributary.v1.Sealed;
             * }}
             */
            Sealed.create = function(properties) {
                return new Sealed(properties);
            };

            /**
             * Encodes the specified Sealed message. Does not implicitly {@link tributary.v1.Sealed.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Sealed
             * @static
             * @param {tributary.v1.Sealed.$Properties} message Sealed message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Sealed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.first);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && (typeof message.last === "object" ? message.last.low || message.last.high : message.last !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.last);
                if (message.previousTip != null && $Object.hasOwnProperty.call(message, "previousTip") && message.previousTip.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.previousTip);
                if (message.tip != null && $Object.hasOwnProperty.call(message, "tip") && message.tip.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.tip);
                if (message.blob != null && $Object.hasOwnProperty.call(message, "blob") && message.blob.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.blob);
                if (message.minTimestamp != null && $Object.hasOwnProperty.call(message, "minTimestamp") && (typeof message.minTimestamp === "object" ? message.minTimestamp.low || message.minTimestamp.high : message.minTimestamp !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).int64(message.minTimestamp);
                if (message.maxTimestamp != null && $Object.hasOwnProperty.call(message, "maxTimestamp") && (typeof message.maxTimestamp === "object" ? message.maxTimestamp.low || message.maxTimestamp.high : message.maxTimestamp !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).int64(message.maxTimestamp);
                if (message.shiftMs != null && $Object.hasOwnProperty.call(message, "shiftMs") && (typeof message.shiftMs === "object" ? message.shiftMs.low || message.shiftMs.high : message.shiftMs !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).int64(message.shiftMs);
                if (message.position != null && $Object.hasOwnProperty.call(message, "position"))
                    $root.tributary.v1.SourcePosition.encode(message.position, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Sealed message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Sealed
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Sealed & tributary.v1.Sealed.$Shape} Sealed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Sealed.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Sealed();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.first = value;
                            else
                                delete message.first;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.previousTip = value;
                            else
                                delete message.previousTip;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.tip = value;
                            else
                                delete message.tip;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.blob = value;
                            else
                                delete message.blob;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.minTimestamp = value;
                            else
                                delete message.minTimestamp;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.maxTimestamp = value;
                            else
                                delete message.maxTimestamp;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.shiftMs = value;
                            else
                                delete message.shiftMs;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.position = $root.tributary.v1.SourcePosition.decode(reader, reader.size(), $undefined, _depth + 1, message.position);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Sealed;
        })();

        v1.Gap = (function() {

            /**
             * Properties of a Gap.
             * @typedef {Object} tributary.v1.Gap.$Properties
             * @property {number|null} [first] Gap first
             * @property {number|null} [last] Gap last
             * @property {Uint8Array|null} [previousTip] Gap previousTip
             * @property {Uint8Array|null} [tip] Gap tip
             * @property {tributary.v1.GapReason|null} [reason] Gap reason
             * @property {number|null} [minTimestamp] Gap minTimestamp
             * @property {number|null} [maxTimestamp] Gap maxTimestamp
             * @property {string|null} [detail] Gap detail
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Gap.
             * @memberof tributary.v1
             * @interface IGap
             * @augments tributary.v1.Gap.$Properties
             * @deprecated Use tributary.v1.Gap.$Properties instead.
             */

            /**
             * Shape of a Gap.
             * @typedef {tributary.v1.Gap.$Properties} tributary.v1.Gap.$Shape
             */

            /**
             * Constructs a new Gap.
             * @memberof tributary.v1
             * @classdesc Represents a Gap.
             * @constructor
             * @param {tributary.v1.Gap.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Gap = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Gap first.
             * @member {number} first
             * @memberof tributary.v1.Gap
             * @instance
             */
            Gap.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap last.
             * @member {number} last
             * @memberof tributary.v1.Gap
             * @instance
             */
            Gap.prototype.last = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap previousTip.
             * @member {Uint8Array} previousTip
             * @memberof tributary.v1.Gap
             * @instance
             */
            Gap.prototype.previousTip = $util.newBuffer([]);

            /**
             * Gap tip.
             * @member {Uint8Array} tip
             * @memberof tributary.v1.Gap
             * @instance
             */
            Gap.prototype.tip = $util.newBuffer([]);

            /**
             * Gap reason.
             * @member {tributary.v1.GapReason} reason
             * @memberof tributary.v1.Gap
             * @instance
             */
            Gap.prototype.reason = 0;

            /**
             * Gap minTimestamp.
             * @member {number} minTimestamp
             * @memberof tributary.v1.Gap
             * @instance
             */
            Gap.prototype.minTimestamp = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Gap maxTimestamp.
             * @member {number} maxTimestamp
             * @memberof tributary.v1.Gap
             * @instance
             */
            Gap.prototype.maxTimestamp = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Gap detail.
             * @member {string} detail
             * @memberof tributary.v1.Gap
             * @instance
             */
            Gap.prototype.detail = "";

            /**
             * Creates a new Gap instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Gap
             * @static
             * @param {tributary.v1.Gap.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Gap} Gap instance
             * @type {{
             *   (properties: tributary.v1.Gap.$Shape): tributary.v1.Gap & tributary.v1.Gap.$Shape;
             *   (properties?: tributary.v1.Gap.$Properties): tributary.v1.Gap;
             * }}
             */
            Gap.create = function(properties) {
                return new Gap(properties);
            };

            /**
             * Encodes the specified Gap message. Does not implicitly {@link tributary.v1.Gap.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Gap
             * @static
             * @param {tributary.v1.Gap.$Properties} message Gap message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Gap.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.first);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && (typeof message.last === "object" ? message.last.low || message.last.high : message.last !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.last);
                if (message.previousTip != null && $Object.hasOwnProperty.call(message, "previousTip") && message.previousTip.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.previousTip);
                if (message.tip != null && $Object.hasOwnProperty.call(message, "tip") && message.tip.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.tip);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).int32(message.reason);
                if (message.minTimestamp != null && $Object.hasOwnProperty.call(message, "minTimestamp") && (typeof message.minTimestamp === "object" ? message.minTimestamp.low || message.minTimestamp.high : message.minTimestamp !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).int64(message.minTimestamp);
                if (message.maxTimestamp != null && $Object.hasOwnProperty.call(message, "maxTimestamp") && (typeof message.maxTimestamp === "object" ? message.maxTimestamp.low || message.maxTimestamp.high : message.maxTimestamp !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).int64(message.maxTimestamp);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 8, wireType 2 =*/66).string(message.detail);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Gap message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Gap
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Gap & tributary.v1.Gap.$Shape} Gap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Gap.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Gap();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.first = value;
                            else
                                delete message.first;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.previousTip = value;
                            else
                                delete message.previousTip;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.tip = value;
                            else
                                delete message.tip;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.minTimestamp = value;
                            else
                                delete message.minTimestamp;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.maxTimestamp = value;
                            else
                                delete message.maxTimestamp;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Gap;
        })();

        v1.Mark = (function() {

            /**
             * Properties of a Mark.
             * @typedef {Object} tributary.v1.Mark.$Properties
             * @property {number|null} [capturedAtMs] Mark capturedAtMs
             * @property {Array.<tributary.v1.MarkedStream.$Properties>|null} [streams] Mark streams
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Mark.
             * @memberof tributary.v1
             * @interface IMark
             * @augments tributary.v1.Mark.$Properties
             * @deprecated Use tributary.v1.Mark.$Properties instead.
             */

            /**
             * Shape of a Mark.
             * @typedef {tributary.v1.Mark.$Properties} tributary.v1.Mark.$Shape
             */

            /**
             * Constructs a new Mark.
             * @memberof tributary.v1
             * @classdesc Represents a Mark.
             * @constructor
             * @param {tributary.v1.Mark.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Mark = function (properties) {
                this.streams = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Mark capturedAtMs.
             * @member {number} capturedAtMs
             * @memberof tributary.v1.Mark
             * @instance
             */
            Mark.prototype.capturedAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Mark streams.
             * @member {Array.<tributary.v1.MarkedStream.$Properties>} streams
             * @memberof tributary.v1.Mark
             * @instance
             */
            Mark.prototype.streams = $util.emptyArray;

            /**
             * Creates a new Mark instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Mark
             * @static
             * @param {tributary.v1.Mark.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Mark} Mark instance
             * @type {{
             *   (properties: tributary.v1.Mark.$Shape): tributary.v1.Mark & tributary.v1.Mark.$Shape;
             *   (properties?: tributary.v1.Mark.$Properties): tributary.v1.Mark;
             * }}
             */
            Mark.create = function(properties) {
                return new Mark(properties);
            };

            /**
             * Encodes the specified Mark message. Does not implicitly {@link tributary.v1.Mark.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Mark
             * @static
             * @param {tributary.v1.Mark.$Properties} message Mark message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Mark.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.capturedAtMs != null && $Object.hasOwnProperty.call(message, "capturedAtMs") && (typeof message.capturedAtMs === "object" ? message.capturedAtMs.low || message.capturedAtMs.high : message.capturedAtMs !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.capturedAtMs);
                if (message.streams != null && message.streams.length)
                    for (let i = 0; i < message.streams.length; ++i)
                        $root.tributary.v1.MarkedStream.encode(message.streams[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Mark message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Mark
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Mark & tributary.v1.Mark.$Shape} Mark
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Mark.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Mark();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.capturedAtMs = value;
                            else
                                delete message.capturedAtMs;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.streams && message.streams.length))
                                message.streams = [];
                            message.streams.push($root.tributary.v1.MarkedStream.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Mark;
        })();

        v1.MarkedStream = (function() {

            /**
             * Properties of a MarkedStream.
             * @typedef {Object} tributary.v1.MarkedStream.$Properties
             * @property {number|null} [stream] MarkedStream stream
             * @property {number|null} [next] MarkedStream next
             * @property {number|null} [withheld] MarkedStream withheld
             * @property {number|null} [refused] MarkedStream refused
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a MarkedStream.
             * @memberof tributary.v1
             * @interface IMarkedStream
             * @augments tributary.v1.MarkedStream.$Properties
             * @deprecated Use tributary.v1.MarkedStream.$Properties instead.
             */

            /**
             * Shape of a MarkedStream.
             * @typedef {tributary.v1.MarkedStream.$Properties} tributary.v1.MarkedStream.$Shape
             */

            /**
             * Constructs a new MarkedStream.
             * @memberof tributary.v1
             * @classdesc Represents a MarkedStream.
             * @constructor
             * @param {tributary.v1.MarkedStream.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const MarkedStream = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * MarkedStream stream.
             * @member {number} stream
             * @memberof tributary.v1.MarkedStream
             * @instance
             */
            MarkedStream.prototype.stream = 0;

            /**
             * MarkedStream next.
             * @member {number} next
             * @memberof tributary.v1.MarkedStream
             * @instance
             */
            MarkedStream.prototype.next = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * MarkedStream withheld.
             * @member {number} withheld
             * @memberof tributary.v1.MarkedStream
             * @instance
             */
            MarkedStream.prototype.withheld = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * MarkedStream refused.
             * @member {number} refused
             * @memberof tributary.v1.MarkedStream
             * @instance
             */
            MarkedStream.prototype.refused = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new MarkedStream instance using the specified properties.
             * @function create
             * @memberof tributary.v1.MarkedStream
             * @static
             * @param {tributary.v1.MarkedStream.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.MarkedStream} MarkedStream instance
             * @type {{
             *   (properties: tributary.v1.MarkedStream.$Shape): tributary.v1.MarkedStream & tributary.v1.MarkedStream.$Shape;
             *   (properties?: tributary.v1.MarkedStream.$Properties): tributary.v1.MarkedStream;
             * }}
             */
            MarkedStream.create = function(properties) {
                return new MarkedStream(properties);
            };

            /**
             * Encodes the specified MarkedStream message. Does not implicitly {@link tributary.v1.MarkedStream.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.MarkedStream
             * @static
             * @param {tributary.v1.MarkedStream.$Properties} message MarkedStream message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            MarkedStream.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.stream);
                if (message.next != null && $Object.hasOwnProperty.call(message, "next") && (typeof message.next === "object" ? message.next.low || message.next.high : message.next !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.next);
                if (message.withheld != null && $Object.hasOwnProperty.call(message, "withheld") && (typeof message.withheld === "object" ? message.withheld.low || message.withheld.high : message.withheld !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.withheld);
                if (message.refused != null && $Object.hasOwnProperty.call(message, "refused") && (typeof message.refused === "object" ? message.refused.low || message.refused.high : message.refused !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.refused);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a MarkedStream message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.MarkedStream
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.MarkedStream & tributary.v1.MarkedStream.$Shape} MarkedStream
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            MarkedStream.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.MarkedStream();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.next = value;
                            else
                                delete message.next;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.withheld = value;
                            else
                                delete message.withheld;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.refused = value;
                            else
                                delete message.refused;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return MarkedStream;
        })();

        v1.SourcePosition = (function() {

            /**
             * Properties of a SourcePosition.
             * @typedef {Object} tributary.v1.SourcePosition.$Properties
             * @property {string|null} [kind] SourcePosition kind
             * @property {string|null} [clusterId] SourcePosition clusterId
             * @property {string|null} [topic] SourcePosition topic
             * @property {string|null} [topicId] SourcePosition topicId
             * @property {number|null} [partition] SourcePosition partition
             * @property {number|null} [leaderEpoch] SourcePosition leaderEpoch
             * @property {number|null} [nextOffset] SourcePosition nextOffset
             * @property {number|null} [lastRecordCrc] SourcePosition lastRecordCrc
             * @property {number|null} [lastTimestamp] SourcePosition lastTimestamp
             * @property {number|null} [coveredFrom] SourcePosition coveredFrom
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SourcePosition.
             * @memberof tributary.v1
             * @interface ISourcePosition
             * @augments tributary.v1.SourcePosition.$Properties
             * @deprecated Use tributary.v1.SourcePosition.$Properties instead.
             */

            /**
             * Shape of a SourcePosition.
             * @typedef {tributary.v1.SourcePosition.$Properties} tributary.v1.SourcePosition.$Shape
             */

            /**
             * Constructs a new SourcePosition.
             * @memberof tributary.v1
             * @classdesc Represents a SourcePosition.
             * @constructor
             * @param {tributary.v1.SourcePosition.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SourcePosition = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SourcePosition kind.
             * @member {string} kind
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.kind = "";

            /**
             * SourcePosition clusterId.
             * @member {string} clusterId
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.clusterId = "";

            /**
             * SourcePosition topic.
             * @member {string} topic
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.topic = "";

            /**
             * SourcePosition topicId.
             * @member {string} topicId
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.topicId = "";

            /**
             * SourcePosition partition.
             * @member {number} partition
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.partition = 0;

            /**
             * SourcePosition leaderEpoch.
             * @member {number} leaderEpoch
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.leaderEpoch = 0;

            /**
             * SourcePosition nextOffset.
             * @member {number} nextOffset
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.nextOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * SourcePosition lastRecordCrc.
             * @member {number} lastRecordCrc
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.lastRecordCrc = 0;

            /**
             * SourcePosition lastTimestamp.
             * @member {number} lastTimestamp
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.lastTimestamp = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * SourcePosition coveredFrom.
             * @member {number} coveredFrom
             * @memberof tributary.v1.SourcePosition
             * @instance
             */
            SourcePosition.prototype.coveredFrom = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new SourcePosition instance using the specified properties.
             * @function create
             * @memberof tributary.v1.SourcePosition
             * @static
             * @param {tributary.v1.SourcePosition.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.SourcePosition} SourcePosition instance
             * @type {{
             *   (properties: tributary.v1.SourcePosition.$Shape): tributary.v1.SourcePosition & tributary.v1.SourcePosition.$Shape;
             *   (properties?: tributary.v1.SourcePosition.$Properties): tributary.v1.SourcePosition;
             * }}
             */
            SourcePosition.create = function(properties) {
                return new SourcePosition(properties);
            };

            /**
             * Encodes the specified SourcePosition message. Does not implicitly {@link tributary.v1.SourcePosition.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.SourcePosition
             * @static
             * @param {tributary.v1.SourcePosition.$Properties} message SourcePosition message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SourcePosition.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.kind);
                if (message.clusterId != null && $Object.hasOwnProperty.call(message, "clusterId") && message.clusterId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.clusterId);
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.topic);
                if (message.topicId != null && $Object.hasOwnProperty.call(message, "topicId") && message.topicId !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.topicId);
                if (message.partition != null && $Object.hasOwnProperty.call(message, "partition") && message.partition !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.partition);
                if (message.leaderEpoch != null && $Object.hasOwnProperty.call(message, "leaderEpoch") && message.leaderEpoch !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).int32(message.leaderEpoch);
                if (message.nextOffset != null && $Object.hasOwnProperty.call(message, "nextOffset") && (typeof message.nextOffset === "object" ? message.nextOffset.low || message.nextOffset.high : message.nextOffset !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.nextOffset);
                if (message.lastRecordCrc != null && $Object.hasOwnProperty.call(message, "lastRecordCrc") && message.lastRecordCrc !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.lastRecordCrc);
                if (message.lastTimestamp != null && $Object.hasOwnProperty.call(message, "lastTimestamp") && (typeof message.lastTimestamp === "object" ? message.lastTimestamp.low || message.lastTimestamp.high : message.lastTimestamp !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).int64(message.lastTimestamp);
                if (message.coveredFrom != null && $Object.hasOwnProperty.call(message, "coveredFrom") && (typeof message.coveredFrom === "object" ? message.coveredFrom.low || message.coveredFrom.high : message.coveredFrom !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.coveredFrom);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SourcePosition message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.SourcePosition
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.SourcePosition & tributary.v1.SourcePosition.$Shape} SourcePosition
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SourcePosition.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.SourcePosition();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.kind = value;
                            else
                                delete message.kind;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.clusterId = value;
                            else
                                delete message.clusterId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.topicId = value;
                            else
                                delete message.topicId;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.partition = value;
                            else
                                delete message.partition;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.leaderEpoch = value;
                            else
                                delete message.leaderEpoch;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nextOffset = value;
                            else
                                delete message.nextOffset;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.lastRecordCrc = value;
                            else
                                delete message.lastRecordCrc;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastTimestamp = value;
                            else
                                delete message.lastTimestamp;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.coveredFrom = value;
                            else
                                delete message.coveredFrom;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SourcePosition;
        })();

        v1.Part = (function() {

            /**
             * Properties of a Part.
             * @typedef {Object} tributary.v1.Part.$Properties
             * @property {number|null} [version] Part version
             * @property {string|null} [edge] Part edge
             * @property {Uint8Array|null} [upload] Part upload
             * @property {number|null} [offset] Part offset
             * @property {number|null} [total] Part total
             * @property {Uint8Array|null} [content] Part content
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Part.
             * @memberof tributary.v1
             * @interface IPart
             * @augments tributary.v1.Part.$Properties
             * @deprecated Use tributary.v1.Part.$Properties instead.
             */

            /**
             * Shape of a Part.
             * @typedef {tributary.v1.Part.$Properties} tributary.v1.Part.$Shape
             */

            /**
             * Constructs a new Part.
             * @memberof tributary.v1
             * @classdesc Represents a Part.
             * @constructor
             * @param {tributary.v1.Part.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Part = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Part version.
             * @member {number} version
             * @memberof tributary.v1.Part
             * @instance
             */
            Part.prototype.version = 0;

            /**
             * Part edge.
             * @member {string} edge
             * @memberof tributary.v1.Part
             * @instance
             */
            Part.prototype.edge = "";

            /**
             * Part upload.
             * @member {Uint8Array} upload
             * @memberof tributary.v1.Part
             * @instance
             */
            Part.prototype.upload = $util.newBuffer([]);

            /**
             * Part offset.
             * @member {number} offset
             * @memberof tributary.v1.Part
             * @instance
             */
            Part.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Part total.
             * @member {number} total
             * @memberof tributary.v1.Part
             * @instance
             */
            Part.prototype.total = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Part content.
             * @member {Uint8Array} content
             * @memberof tributary.v1.Part
             * @instance
             */
            Part.prototype.content = $util.newBuffer([]);

            /**
             * Creates a new Part instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Part
             * @static
             * @param {tributary.v1.Part.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Part} Part instance
             * @type {{
             *   (properties: tributary.v1.Part.$Shape): tributary.v1.Part & tributary.v1.Part.$Shape;
             *   (properties?: tributary.v1.Part.$Properties): tributary.v1.Part;
             * }}
             */
            Part.create = function(properties) {
                return new Part(properties);
            };

            /**
             * Encodes the specified Part message. Does not implicitly {@link tributary.v1.Part.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Part
             * @static
             * @param {tributary.v1.Part.$Properties} message Part message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Part.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.edge != null && $Object.hasOwnProperty.call(message, "edge") && message.edge !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.edge);
                if (message.upload != null && $Object.hasOwnProperty.call(message, "upload") && message.upload.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.upload);
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.offset);
                if (message.total != null && $Object.hasOwnProperty.call(message, "total") && (typeof message.total === "object" ? message.total.low || message.total.high : message.total !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.total);
                if (message.content != null && $Object.hasOwnProperty.call(message, "content") && message.content.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.content);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Part message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Part
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Part & tributary.v1.Part.$Shape} Part
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Part.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Part();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.edge = value;
                            else
                                delete message.edge;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.upload = value;
                            else
                                delete message.upload;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.total = value;
                            else
                                delete message.total;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.content = value;
                            else
                                delete message.content;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Part;
        })();

        v1.PartAnswer = (function() {

            /**
             * Properties of a PartAnswer.
             * @typedef {Object} tributary.v1.PartAnswer.$Properties
             * @property {number|null} [received] PartAnswer received
             * @property {number|null} [creditBytes] PartAnswer creditBytes
             * @property {Uint8Array|null} [receipt] PartAnswer receipt
             * @property {number|null} [retryAfterMs] PartAnswer retryAfterMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PartAnswer.
             * @memberof tributary.v1
             * @interface IPartAnswer
             * @augments tributary.v1.PartAnswer.$Properties
             * @deprecated Use tributary.v1.PartAnswer.$Properties instead.
             */

            /**
             * Shape of a PartAnswer.
             * @typedef {tributary.v1.PartAnswer.$Properties} tributary.v1.PartAnswer.$Shape
             */

            /**
             * Constructs a new PartAnswer.
             * @memberof tributary.v1
             * @classdesc Represents a PartAnswer.
             * @constructor
             * @param {tributary.v1.PartAnswer.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PartAnswer = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PartAnswer received.
             * @member {number} received
             * @memberof tributary.v1.PartAnswer
             * @instance
             */
            PartAnswer.prototype.received = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PartAnswer creditBytes.
             * @member {number} creditBytes
             * @memberof tributary.v1.PartAnswer
             * @instance
             */
            PartAnswer.prototype.creditBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PartAnswer receipt.
             * @member {Uint8Array} receipt
             * @memberof tributary.v1.PartAnswer
             * @instance
             */
            PartAnswer.prototype.receipt = $util.newBuffer([]);

            /**
             * PartAnswer retryAfterMs.
             * @member {number} retryAfterMs
             * @memberof tributary.v1.PartAnswer
             * @instance
             */
            PartAnswer.prototype.retryAfterMs = 0;

            /**
             * Creates a new PartAnswer instance using the specified properties.
             * @function create
             * @memberof tributary.v1.PartAnswer
             * @static
             * @param {tributary.v1.PartAnswer.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.PartAnswer} PartAnswer instance
             * @type {{
             *   (properties: tributary.v1.PartAnswer.$Shape): tributary.v1.PartAnswer & tributary.v1.PartAnswer.$Shape;
             *   (properties?: tributary.v1.PartAnswer.$Properties): tributary.v1.PartAnswer;
             * }}
             */
            PartAnswer.create = function(properties) {
                return new PartAnswer(properties);
            };

            /**
             * Encodes the specified PartAnswer message. Does not implicitly {@link tributary.v1.PartAnswer.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.PartAnswer
             * @static
             * @param {tributary.v1.PartAnswer.$Properties} message PartAnswer message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PartAnswer.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.received != null && $Object.hasOwnProperty.call(message, "received") && (typeof message.received === "object" ? message.received.low || message.received.high : message.received !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.received);
                if (message.creditBytes != null && $Object.hasOwnProperty.call(message, "creditBytes") && (typeof message.creditBytes === "object" ? message.creditBytes.low || message.creditBytes.high : message.creditBytes !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.creditBytes);
                if (message.receipt != null && $Object.hasOwnProperty.call(message, "receipt") && message.receipt.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.receipt);
                if (message.retryAfterMs != null && $Object.hasOwnProperty.call(message, "retryAfterMs") && message.retryAfterMs !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.retryAfterMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PartAnswer message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.PartAnswer
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.PartAnswer & tributary.v1.PartAnswer.$Shape} PartAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PartAnswer.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.PartAnswer();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.received = value;
                            else
                                delete message.received;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.creditBytes = value;
                            else
                                delete message.creditBytes;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.receipt = value;
                            else
                                delete message.receipt;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.retryAfterMs = value;
                            else
                                delete message.retryAfterMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PartAnswer;
        })();

        v1.Receipt = (function() {

            /**
             * Properties of a Receipt.
             * @typedef {Object} tributary.v1.Receipt.$Properties
             * @property {number|null} [version] Receipt version
             * @property {number|null} [term] Receipt term
             * @property {Array.<tributary.v1.StreamReceipt.$Properties>|null} [streams] Receipt streams
             * @property {number|null} [creditBytes] Receipt creditBytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Receipt.
             * @memberof tributary.v1
             * @interface IReceipt
             * @augments tributary.v1.Receipt.$Properties
             * @deprecated Use tributary.v1.Receipt.$Properties instead.
             */

            /**
             * Shape of a Receipt.
             * @typedef {tributary.v1.Receipt.$Properties} tributary.v1.Receipt.$Shape
             */

            /**
             * Constructs a new Receipt.
             * @memberof tributary.v1
             * @classdesc Represents a Receipt.
             * @constructor
             * @param {tributary.v1.Receipt.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Receipt = function (properties) {
                this.streams = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Receipt version.
             * @member {number} version
             * @memberof tributary.v1.Receipt
             * @instance
             */
            Receipt.prototype.version = 0;

            /**
             * Receipt term.
             * @member {number} term
             * @memberof tributary.v1.Receipt
             * @instance
             */
            Receipt.prototype.term = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Receipt streams.
             * @member {Array.<tributary.v1.StreamReceipt.$Properties>} streams
             * @memberof tributary.v1.Receipt
             * @instance
             */
            Receipt.prototype.streams = $util.emptyArray;

            /**
             * Receipt creditBytes.
             * @member {number} creditBytes
             * @memberof tributary.v1.Receipt
             * @instance
             */
            Receipt.prototype.creditBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new Receipt instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Receipt
             * @static
             * @param {tributary.v1.Receipt.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Receipt} Receipt instance
             * @type {{
             *   (properties: tributary.v1.Receipt.$Shape): tributary.v1.Receipt & tributary.v1.Receipt.$Shape;
             *   (properties?: tributary.v1.Receipt.$Properties): tributary.v1.Receipt;
             * }}
             */
            Receipt.create = function(properties) {
                return new Receipt(properties);
            };

            /**
             * Encodes the specified Receipt message. Does not implicitly {@link tributary.v1.Receipt.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Receipt
             * @static
             * @param {tributary.v1.Receipt.$Properties} message Receipt message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Receipt.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.term != null && $Object.hasOwnProperty.call(message, "term") && (typeof message.term === "object" ? message.term.low || message.term.high : message.term !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.term);
                if (message.streams != null && message.streams.length)
                    for (let i = 0; i < message.streams.length; ++i)
                        $root.tributary.v1.StreamReceipt.encode(message.streams[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.creditBytes != null && $Object.hasOwnProperty.call(message, "creditBytes") && (typeof message.creditBytes === "object" ? message.creditBytes.low || message.creditBytes.high : message.creditBytes !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.creditBytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Receipt message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Receipt
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Receipt & tributary.v1.Receipt.$Shape} Receipt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Receipt.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Receipt();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.term = value;
                            else
                                delete message.term;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.streams && message.streams.length))
                                message.streams = [];
                            message.streams.push($root.tributary.v1.StreamReceipt.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.creditBytes = value;
                            else
                                delete message.creditBytes;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Receipt;
        })();

        v1.StreamReceipt = (function() {

            /**
             * Properties of a StreamReceipt.
             * @typedef {Object} tributary.v1.StreamReceipt.$Properties
             * @property {number|null} [stream] StreamReceipt stream
             * @property {Array.<tributary.v1.Point.$Properties>|null} [points] StreamReceipt points
             * @property {tributary.v1.Refusal.$Properties|null} [refusal] StreamReceipt refusal
             * @property {Array.<tributary.v1.Range.$Properties>|null} [deadLettered] StreamReceipt deadLettered
             * @property {Array.<tributary.v1.Range.$Properties>|null} [gaps] StreamReceipt gaps
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StreamReceipt.
             * @memberof tributary.v1
             * @interface IStreamReceipt
             * @augments tributary.v1.StreamReceipt.$Properties
             * @deprecated Use tributary.v1.StreamReceipt.$Properties instead.
             */

            /**
             * Shape of a StreamReceipt.
             * @typedef {tributary.v1.StreamReceipt.$Properties} tributary.v1.StreamReceipt.$Shape
             */

            /**
             * Constructs a new StreamReceipt.
             * @memberof tributary.v1
             * @classdesc Represents a StreamReceipt.
             * @constructor
             * @param {tributary.v1.StreamReceipt.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StreamReceipt = function (properties) {
                this.points = [];
                this.deadLettered = [];
                this.gaps = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StreamReceipt stream.
             * @member {number} stream
             * @memberof tributary.v1.StreamReceipt
             * @instance
             */
            StreamReceipt.prototype.stream = 0;

            /**
             * StreamReceipt points.
             * @member {Array.<tributary.v1.Point.$Properties>} points
             * @memberof tributary.v1.StreamReceipt
             * @instance
             */
            StreamReceipt.prototype.points = $util.emptyArray;

            /**
             * StreamReceipt refusal.
             * @member {tributary.v1.Refusal.$Properties|null|undefined} refusal
             * @memberof tributary.v1.StreamReceipt
             * @instance
             */
            StreamReceipt.prototype.refusal = null;

            /**
             * StreamReceipt deadLettered.
             * @member {Array.<tributary.v1.Range.$Properties>} deadLettered
             * @memberof tributary.v1.StreamReceipt
             * @instance
             */
            StreamReceipt.prototype.deadLettered = $util.emptyArray;

            /**
             * StreamReceipt gaps.
             * @member {Array.<tributary.v1.Range.$Properties>} gaps
             * @memberof tributary.v1.StreamReceipt
             * @instance
             */
            StreamReceipt.prototype.gaps = $util.emptyArray;

            /**
             * Creates a new StreamReceipt instance using the specified properties.
             * @function create
             * @memberof tributary.v1.StreamReceipt
             * @static
             * @param {tributary.v1.StreamReceipt.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.StreamReceipt} StreamReceipt instance
             * @type {{
             *   (properties: tributary.v1.StreamReceipt.$Shape): tributary.v1.StreamReceipt & tributary.v1.StreamReceipt.$Shape;
             *   (properties?: tributary.v1.StreamReceipt.$Properties): tributary.v1.StreamReceipt;
             * }}
             */
            StreamReceipt.create = function(properties) {
                return new StreamReceipt(properties);
            };

            /**
             * Encodes the specified StreamReceipt message. Does not implicitly {@link tributary.v1.StreamReceipt.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.StreamReceipt
             * @static
             * @param {tributary.v1.StreamReceipt.$Properties} message StreamReceipt message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StreamReceipt.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.stream);
                if (message.points != null && message.points.length)
                    for (let i = 0; i < message.points.length; ++i)
                        $root.tributary.v1.Point.encode(message.points[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.refusal != null && $Object.hasOwnProperty.call(message, "refusal"))
                    $root.tributary.v1.Refusal.encode(message.refusal, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.deadLettered != null && message.deadLettered.length)
                    for (let i = 0; i < message.deadLettered.length; ++i)
                        $root.tributary.v1.Range.encode(message.deadLettered[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.gaps != null && message.gaps.length)
                    for (let i = 0; i < message.gaps.length; ++i)
                        $root.tributary.v1.Range.encode(message.gaps[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StreamReceipt message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.StreamReceipt
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.StreamReceipt & tributary.v1.StreamReceipt.$Shape} StreamReceipt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StreamReceipt.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.StreamReceipt();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.points && message.points.length))
                                message.points = [];
                            message.points.push($root.tributary.v1.Point.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.refusal = $root.tributary.v1.Refusal.decode(reader, reader.size(), $undefined, _depth + 1, message.refusal);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.deadLettered && message.deadLettered.length))
                                message.deadLettered = [];
                            message.deadLettered.push($root.tributary.v1.Range.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.gaps && message.gaps.length))
                                message.gaps = [];
                            message.gaps.push($root.tributary.v1.Range.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return StreamReceipt;
        })();

        v1.Range = (function() {

            /**
             * Properties of a Range.
             * @typedef {Object} tributary.v1.Range.$Properties
             * @property {number|null} [first] Range first
             * @property {number|null} [last] Range last
             * @property {string|null} [reason] Range reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Range.
             * @memberof tributary.v1
             * @interface IRange
             * @augments tributary.v1.Range.$Properties
             * @deprecated Use tributary.v1.Range.$Properties instead.
             */

            /**
             * Shape of a Range.
             * @typedef {tributary.v1.Range.$Properties} tributary.v1.Range.$Shape
             */

            /**
             * Constructs a new Range.
             * @memberof tributary.v1
             * @classdesc Represents a Range.
             * @constructor
             * @param {tributary.v1.Range.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Range = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Range first.
             * @member {number} first
             * @memberof tributary.v1.Range
             * @instance
             */
            Range.prototype.first = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Range last.
             * @member {number} last
             * @memberof tributary.v1.Range
             * @instance
             */
            Range.prototype.last = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Range reason.
             * @member {string} reason
             * @memberof tributary.v1.Range
             * @instance
             */
            Range.prototype.reason = "";

            /**
             * Creates a new Range instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Range
             * @static
             * @param {tributary.v1.Range.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Range} Range instance
             * @type {{
             *   (properties: tributary.v1.Range.$Shape): tributary.v1.Range & tributary.v1.Range.$Shape;
             *   (properties?: tributary.v1.Range.$Properties): tributary.v1.Range;
             * }}
             */
            Range.create = function(properties) {
                return new Range(properties);
            };

            /**
             * Encodes the specified Range message. Does not implicitly {@link tributary.v1.Range.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Range
             * @static
             * @param {tributary.v1.Range.$Properties} message Range message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Range.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.first != null && $Object.hasOwnProperty.call(message, "first") && (typeof message.first === "object" ? message.first.low || message.first.high : message.first !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.first);
                if (message.last != null && $Object.hasOwnProperty.call(message, "last") && (typeof message.last === "object" ? message.last.low || message.last.high : message.last !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.last);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Range message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Range
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Range & tributary.v1.Range.$Shape} Range
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Range.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Range();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.first = value;
                            else
                                delete message.first;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.last = value;
                            else
                                delete message.last;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Range;
        })();

        v1.Refusal = (function() {

            /**
             * Properties of a Refusal.
             * @typedef {Object} tributary.v1.Refusal.$Properties
             * @property {tributary.v1.Refusal.Code|null} [code] Refusal code
             * @property {string|null} [reason] Refusal reason
             * @property {number|null} [expected] Refusal expected
             * @property {number|null} [retryAfterMs] Refusal retryAfterMs
             * @property {tributary.v1.Range.$Properties|null} [range] Refusal range
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Refusal.
             * @memberof tributary.v1
             * @interface IRefusal
             * @augments tributary.v1.Refusal.$Properties
             * @deprecated Use tributary.v1.Refusal.$Properties instead.
             */

            /**
             * Shape of a Refusal.
             * @typedef {tributary.v1.Refusal.$Properties} tributary.v1.Refusal.$Shape
             */

            /**
             * Constructs a new Refusal.
             * @memberof tributary.v1
             * @classdesc Represents a Refusal.
             * @constructor
             * @param {tributary.v1.Refusal.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Refusal = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Refusal code.
             * @member {tributary.v1.Refusal.Code} code
             * @memberof tributary.v1.Refusal
             * @instance
             */
            Refusal.prototype.code = 0;

            /**
             * Refusal reason.
             * @member {string} reason
             * @memberof tributary.v1.Refusal
             * @instance
             */
            Refusal.prototype.reason = "";

            /**
             * Refusal expected.
             * @member {number} expected
             * @memberof tributary.v1.Refusal
             * @instance
             */
            Refusal.prototype.expected = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Refusal retryAfterMs.
             * @member {number} retryAfterMs
             * @memberof tributary.v1.Refusal
             * @instance
             */
            Refusal.prototype.retryAfterMs = 0;

            /**
             * Refusal range.
             * @member {tributary.v1.Range.$Properties|null|undefined} range
             * @memberof tributary.v1.Refusal
             * @instance
             */
            Refusal.prototype.range = null;

            /**
             * Creates a new Refusal instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Refusal
             * @static
             * @param {tributary.v1.Refusal.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Refusal} Refusal instance
             * @type {{
             *   (properties: tributary.v1.Refusal.$Shape): tributary.v1.Refusal & tributary.v1.Refusal.$Shape;
             *   (properties?: tributary.v1.Refusal.$Properties): tributary.v1.Refusal;
             * }}
             */
            Refusal.create = function(properties) {
                return new Refusal(properties);
            };

            /**
             * Encodes the specified Refusal message. Does not implicitly {@link tributary.v1.Refusal.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Refusal
             * @static
             * @param {tributary.v1.Refusal.$Properties} message Refusal message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Refusal.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.code);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.reason);
                if (message.expected != null && $Object.hasOwnProperty.call(message, "expected") && (typeof message.expected === "object" ? message.expected.low || message.expected.high : message.expected !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.expected);
                if (message.retryAfterMs != null && $Object.hasOwnProperty.call(message, "retryAfterMs") && message.retryAfterMs !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.retryAfterMs);
                if (message.range != null && $Object.hasOwnProperty.call(message, "range"))
                    $root.tributary.v1.Range.encode(message.range, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Refusal message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Refusal
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Refusal & tributary.v1.Refusal.$Shape} Refusal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Refusal.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Refusal();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.expected = value;
                            else
                                delete message.expected;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.retryAfterMs = value;
                            else
                                delete message.retryAfterMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.range = $root.tributary.v1.Range.decode(reader, reader.size(), $undefined, _depth + 1, message.range);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Code enum.
             * @name tributary.v1.Refusal.Code
             * @enum {number}
             * @property {number} NONE=0 NONE value
             * @property {number} AHEAD=1 AHEAD value
             * @property {number} FORK=2 FORK value
             * @property {number} TIP_UNKNOWN=3 TIP_UNKNOWN value
             * @property {number} PREDECESSOR_NOT_DRAINED=4 PREDECESSOR_NOT_DRAINED value
             * @property {number} EPOCH_UNKNOWN=5 EPOCH_UNKNOWN value
             * @property {number} EPOCH_HELD=6 EPOCH_HELD value
             * @property {number} PARKED=7 PARKED value
             * @property {number} REJECTED=8 REJECTED value
             * @property {number} CORRUPT=9 CORRUPT value
             * @property {number} LIMIT=10 LIMIT value
             */
            Refusal.Code = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "NONE"] = 0;
                values[valuesById[1] = "AHEAD"] = 1;
                values[valuesById[2] = "FORK"] = 2;
                values[valuesById[3] = "TIP_UNKNOWN"] = 3;
                values[valuesById[4] = "PREDECESSOR_NOT_DRAINED"] = 4;
                values[valuesById[5] = "EPOCH_UNKNOWN"] = 5;
                values[valuesById[6] = "EPOCH_HELD"] = 6;
                values[valuesById[7] = "PARKED"] = 7;
                values[valuesById[8] = "REJECTED"] = 8;
                values[valuesById[9] = "CORRUPT"] = 9;
                values[valuesById[10] = "LIMIT"] = 10;
                return values;
            })();

            return Refusal;
        })();

        v1.Problem = (function() {

            /**
             * Properties of a Problem.
             * @typedef {Object} tributary.v1.Problem.$Properties
             * @property {string|null} [code] Problem code
             * @property {string|null} [message] Problem message
             * @property {string|null} [retry] Problem retry
             * @property {number|null} [retryAfterMs] Problem retryAfterMs
             * @property {tributary.v1.HubIdentity.$Properties|null} [hub] Problem hub
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Problem.
             * @memberof tributary.v1
             * @interface IProblem
             * @augments tributary.v1.Problem.$Properties
             * @deprecated Use tributary.v1.Problem.$Properties instead.
             */

            /**
             * Shape of a Problem.
             * @typedef {tributary.v1.Problem.$Properties} tributary.v1.Problem.$Shape
             */

            /**
             * Constructs a new Problem.
             * @memberof tributary.v1
             * @classdesc Represents a Problem.
             * @constructor
             * @param {tributary.v1.Problem.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Problem = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Problem code.
             * @member {string} code
             * @memberof tributary.v1.Problem
             * @instance
             */
            Problem.prototype.code = "";

            /**
             * Problem message.
             * @member {string} message
             * @memberof tributary.v1.Problem
             * @instance
             */
            Problem.prototype.message = "";

            /**
             * Problem retry.
             * @member {string} retry
             * @memberof tributary.v1.Problem
             * @instance
             */
            Problem.prototype.retry = "";

            /**
             * Problem retryAfterMs.
             * @member {number} retryAfterMs
             * @memberof tributary.v1.Problem
             * @instance
             */
            Problem.prototype.retryAfterMs = 0;

            /**
             * Problem hub.
             * @member {tributary.v1.HubIdentity.$Properties|null|undefined} hub
             * @memberof tributary.v1.Problem
             * @instance
             */
            Problem.prototype.hub = null;

            /**
             * Creates a new Problem instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Problem
             * @static
             * @param {tributary.v1.Problem.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Problem} Problem instance
             * @type {{
             *   (properties: tributary.v1.Problem.$Shape): tributary.v1.Problem & tributary.v1.Problem.$Shape;
             *   (properties?: tributary.v1.Problem.$Properties): tributary.v1.Problem;
             * }}
             */
            Problem.create = function(properties) {
                return new Problem(properties);
            };

            /**
             * Encodes the specified Problem message. Does not implicitly {@link tributary.v1.Problem.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Problem
             * @static
             * @param {tributary.v1.Problem.$Properties} message Problem message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Problem.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.code);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.message);
                if (message.retry != null && $Object.hasOwnProperty.call(message, "retry") && message.retry !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.retry);
                if (message.retryAfterMs != null && $Object.hasOwnProperty.call(message, "retryAfterMs") && message.retryAfterMs !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.retryAfterMs);
                if (message.hub != null && $Object.hasOwnProperty.call(message, "hub"))
                    $root.tributary.v1.HubIdentity.encode(message.hub, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Problem message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Problem
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Problem & tributary.v1.Problem.$Shape} Problem
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Problem.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Problem();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.retry = value;
                            else
                                delete message.retry;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.retryAfterMs = value;
                            else
                                delete message.retryAfterMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.hub = $root.tributary.v1.HubIdentity.decode(reader, reader.size(), $undefined, _depth + 1, message.hub);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Problem;
        })();

        v1.Heartbeat = (function() {

            /**
             * Properties of a Heartbeat.
             * @typedef {Object} tributary.v1.Heartbeat.$Properties
             * @property {number|null} [version] Heartbeat version
             * @property {string|null} [edge] Heartbeat edge
             * @property {string|null} [agentVersion] Heartbeat agentVersion
             * @property {number|null} [wallMs] Heartbeat wallMs
             * @property {number|null} [startedAtMs] Heartbeat startedAtMs
             * @property {string|null} [linkState] Heartbeat linkState
             * @property {number|null} [linkSinceMs] Heartbeat linkSinceMs
             * @property {number|null} [bufferBytes] Heartbeat bufferBytes
             * @property {number|null} [bufferMaxBytes] Heartbeat bufferMaxBytes
             * @property {number|null} [bufferOldestAgeMs] Heartbeat bufferOldestAgeMs
             * @property {Array.<tributary.v1.PlaceReport.$Properties>|null} [places] Heartbeat places
             * @property {number|null} [placesLeftOut] Heartbeat placesLeftOut
             * @property {Array.<tributary.v1.SourceReport.$Properties>|null} [sources] Heartbeat sources
             * @property {tributary.v1.Outlook.$Properties|null} [outlook] Heartbeat outlook
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Heartbeat.
             * @memberof tributary.v1
             * @interface IHeartbeat
             * @augments tributary.v1.Heartbeat.$Properties
             * @deprecated Use tributary.v1.Heartbeat.$Properties instead.
             */

            /**
             * Shape of a Heartbeat.
             * @typedef {tributary.v1.Heartbeat.$Properties} tributary.v1.Heartbeat.$Shape
             */

            /**
             * Constructs a new Heartbeat.
             * @memberof tributary.v1
             * @classdesc Represents a Heartbeat.
             * @constructor
             * @param {tributary.v1.Heartbeat.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Heartbeat = function (properties) {
                this.places = [];
                this.sources = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Heartbeat version.
             * @member {number} version
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.version = 0;

            /**
             * Heartbeat edge.
             * @member {string} edge
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.edge = "";

            /**
             * Heartbeat agentVersion.
             * @member {string} agentVersion
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.agentVersion = "";

            /**
             * Heartbeat wallMs.
             * @member {number} wallMs
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Heartbeat startedAtMs.
             * @member {number} startedAtMs
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.startedAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Heartbeat linkState.
             * @member {string} linkState
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.linkState = "";

            /**
             * Heartbeat linkSinceMs.
             * @member {number} linkSinceMs
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.linkSinceMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Heartbeat bufferBytes.
             * @member {number} bufferBytes
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.bufferBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Heartbeat bufferMaxBytes.
             * @member {number} bufferMaxBytes
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.bufferMaxBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Heartbeat bufferOldestAgeMs.
             * @member {number} bufferOldestAgeMs
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.bufferOldestAgeMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Heartbeat places.
             * @member {Array.<tributary.v1.PlaceReport.$Properties>} places
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.places = $util.emptyArray;

            /**
             * Heartbeat placesLeftOut.
             * @member {number} placesLeftOut
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.placesLeftOut = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Heartbeat sources.
             * @member {Array.<tributary.v1.SourceReport.$Properties>} sources
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.sources = $util.emptyArray;

            /**
             * Heartbeat outlook.
             * @member {tributary.v1.Outlook.$Properties|null|undefined} outlook
             * @memberof tributary.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.outlook = null;

            /**
             * Creates a new Heartbeat instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Heartbeat
             * @static
             * @param {tributary.v1.Heartbeat.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Heartbeat} Heartbeat instance
             * @type {{
             *   (properties: tributary.v1.Heartbeat.$Shape): tributary.v1.Heartbeat & tributary.v1.Heartbeat.$Shape;
             *   (properties?: tributary.v1.Heartbeat.$Properties): tributary.v1.Heartbeat;
             * }}
             */
            Heartbeat.create = function(properties) {
                return new Heartbeat(properties);
            };

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link tributary.v1.Heartbeat.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Heartbeat
             * @static
             * @param {tributary.v1.Heartbeat.$Properties} message Heartbeat message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Heartbeat.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.edge != null && $Object.hasOwnProperty.call(message, "edge") && message.edge !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.edge);
                if (message.agentVersion != null && $Object.hasOwnProperty.call(message, "agentVersion") && message.agentVersion !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.agentVersion);
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.wallMs);
                if (message.startedAtMs != null && $Object.hasOwnProperty.call(message, "startedAtMs") && (typeof message.startedAtMs === "object" ? message.startedAtMs.low || message.startedAtMs.high : message.startedAtMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.startedAtMs);
                if (message.linkState != null && $Object.hasOwnProperty.call(message, "linkState") && message.linkState !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.linkState);
                if (message.linkSinceMs != null && $Object.hasOwnProperty.call(message, "linkSinceMs") && (typeof message.linkSinceMs === "object" ? message.linkSinceMs.low || message.linkSinceMs.high : message.linkSinceMs !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.linkSinceMs);
                if (message.bufferBytes != null && $Object.hasOwnProperty.call(message, "bufferBytes") && (typeof message.bufferBytes === "object" ? message.bufferBytes.low || message.bufferBytes.high : message.bufferBytes !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.bufferBytes);
                if (message.bufferMaxBytes != null && $Object.hasOwnProperty.call(message, "bufferMaxBytes") && (typeof message.bufferMaxBytes === "object" ? message.bufferMaxBytes.low || message.bufferMaxBytes.high : message.bufferMaxBytes !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.bufferMaxBytes);
                if (message.bufferOldestAgeMs != null && $Object.hasOwnProperty.call(message, "bufferOldestAgeMs") && (typeof message.bufferOldestAgeMs === "object" ? message.bufferOldestAgeMs.low || message.bufferOldestAgeMs.high : message.bufferOldestAgeMs !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.bufferOldestAgeMs);
                if (message.places != null && message.places.length)
                    for (let i = 0; i < message.places.length; ++i)
                        $root.tributary.v1.PlaceReport.encode(message.places[i], writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.placesLeftOut != null && $Object.hasOwnProperty.call(message, "placesLeftOut") && (typeof message.placesLeftOut === "object" ? message.placesLeftOut.low || message.placesLeftOut.high : message.placesLeftOut !== 0))
                    writer.uint32(/* id 12, wireType 0 =*/96).uint64(message.placesLeftOut);
                if (message.sources != null && message.sources.length)
                    for (let i = 0; i < message.sources.length; ++i)
                        $root.tributary.v1.SourceReport.encode(message.sources[i], writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.outlook != null && $Object.hasOwnProperty.call(message, "outlook"))
                    $root.tributary.v1.Outlook.encode(message.outlook, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Heartbeat
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Heartbeat & tributary.v1.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Heartbeat.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Heartbeat();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.edge = value;
                            else
                                delete message.edge;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.agentVersion = value;
                            else
                                delete message.agentVersion;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.startedAtMs = value;
                            else
                                delete message.startedAtMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.linkState = value;
                            else
                                delete message.linkState;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.linkSinceMs = value;
                            else
                                delete message.linkSinceMs;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bufferBytes = value;
                            else
                                delete message.bufferBytes;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bufferMaxBytes = value;
                            else
                                delete message.bufferMaxBytes;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bufferOldestAgeMs = value;
                            else
                                delete message.bufferOldestAgeMs;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if (!(message.places && message.places.length))
                                message.places = [];
                            message.places.push($root.tributary.v1.PlaceReport.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.placesLeftOut = value;
                            else
                                delete message.placesLeftOut;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            if (!(message.sources && message.sources.length))
                                message.sources = [];
                            message.sources.push($root.tributary.v1.SourceReport.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.outlook = $root.tributary.v1.Outlook.decode(reader, reader.size(), $undefined, _depth + 1, message.outlook);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Heartbeat;
        })();

        v1.Outlook = (function() {

            /**
             * Properties of an Outlook.
             * @typedef {Object} tributary.v1.Outlook.$Properties
             * @property {number|null} [linkBytesPerSecond] Outlook linkBytesPerSecond
             * @property {number|null} [intakePerSecond] Outlook intakePerSecond
             * @property {number|null} [drainPerSecond] Outlook drainPerSecond
             * @property {number|null} [drainMs] Outlook drainMs
             * @property {number|null} [fullMs] Outlook fullMs
             * @property {Array.<tributary.v1.TopicOutlook.$Properties>|null} [topics] Outlook topics
             * @property {number|null} [topicsLeftOut] Outlook topicsLeftOut
             * @property {number|null} [leftOutBytes] Outlook leftOutBytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Outlook.
             * @memberof tributary.v1
             * @interface IOutlook
             * @augments tributary.v1.Outlook.$Properties
             * @deprecated Use tributary.v1.Outlook.$Properties instead.
             */

            /**
             * Shape of an Outlook.
             * @typedef {tributary.v1.Outlook.$Properties} tributary.v1.Outlook.$Shape
             */

            /**
             * Constructs a new Outlook.
             * @memberof tributary.v1
             * @classdesc Represents an Outlook.
             * @constructor
             * @param {tributary.v1.Outlook.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Outlook = function (properties) {
                this.topics = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Outlook linkBytesPerSecond.
             * @member {number} linkBytesPerSecond
             * @memberof tributary.v1.Outlook
             * @instance
             */
            Outlook.prototype.linkBytesPerSecond = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Outlook intakePerSecond.
             * @member {number} intakePerSecond
             * @memberof tributary.v1.Outlook
             * @instance
             */
            Outlook.prototype.intakePerSecond = 0;

            /**
             * Outlook drainPerSecond.
             * @member {number} drainPerSecond
             * @memberof tributary.v1.Outlook
             * @instance
             */
            Outlook.prototype.drainPerSecond = 0;

            /**
             * Outlook drainMs.
             * @member {number} drainMs
             * @memberof tributary.v1.Outlook
             * @instance
             */
            Outlook.prototype.drainMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Outlook fullMs.
             * @member {number} fullMs
             * @memberof tributary.v1.Outlook
             * @instance
             */
            Outlook.prototype.fullMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Outlook topics.
             * @member {Array.<tributary.v1.TopicOutlook.$Properties>} topics
             * @memberof tributary.v1.Outlook
             * @instance
             */
            Outlook.prototype.topics = $util.emptyArray;

            /**
             * Outlook topicsLeftOut.
             * @member {number} topicsLeftOut
             * @memberof tributary.v1.Outlook
             * @instance
             */
            Outlook.prototype.topicsLeftOut = 0;

            /**
             * Outlook leftOutBytes.
             * @member {number} leftOutBytes
             * @memberof tributary.v1.Outlook
             * @instance
             */
            Outlook.prototype.leftOutBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new Outlook instance using the specified properties.
             * @function create
             * @memberof tributary.v1.Outlook
             * @static
             * @param {tributary.v1.Outlook.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.Outlook} Outlook instance
             * @type {{
             *   (properties: tributary.v1.Outlook.$Shape): tributary.v1.Outlook & tributary.v1.Outlook.$Shape;
             *   (properties?: tributary.v1.Outlook.$Properties): tributary.v1.Outlook;
             * }}
             */
            Outlook.create = function(properties) {
                return new Outlook(properties);
            };

            /**
             * Encodes the specified Outlook message. Does not implicitly {@link tributary.v1.Outlook.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.Outlook
             * @static
             * @param {tributary.v1.Outlook.$Properties} message Outlook message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Outlook.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.linkBytesPerSecond != null && $Object.hasOwnProperty.call(message, "linkBytesPerSecond") && (typeof message.linkBytesPerSecond === "object" ? message.linkBytesPerSecond.low || message.linkBytesPerSecond.high : message.linkBytesPerSecond !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.linkBytesPerSecond);
                if (message.intakePerSecond != null && $Object.hasOwnProperty.call(message, "intakePerSecond") && !$Object.is(message.intakePerSecond, 0))
                    writer.uint32(/* id 2, wireType 1 =*/17).double(message.intakePerSecond);
                if (message.drainPerSecond != null && $Object.hasOwnProperty.call(message, "drainPerSecond") && !$Object.is(message.drainPerSecond, 0))
                    writer.uint32(/* id 3, wireType 1 =*/25).double(message.drainPerSecond);
                if (message.drainMs != null && $Object.hasOwnProperty.call(message, "drainMs") && (typeof message.drainMs === "object" ? message.drainMs.low || message.drainMs.high : message.drainMs !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.drainMs);
                if (message.fullMs != null && $Object.hasOwnProperty.call(message, "fullMs") && (typeof message.fullMs === "object" ? message.fullMs.low || message.fullMs.high : message.fullMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.fullMs);
                if (message.topics != null && message.topics.length)
                    for (let i = 0; i < message.topics.length; ++i)
                        $root.tributary.v1.TopicOutlook.encode(message.topics[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.topicsLeftOut != null && $Object.hasOwnProperty.call(message, "topicsLeftOut") && message.topicsLeftOut !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.topicsLeftOut);
                if (message.leftOutBytes != null && $Object.hasOwnProperty.call(message, "leftOutBytes") && (typeof message.leftOutBytes === "object" ? message.leftOutBytes.low || message.leftOutBytes.high : message.leftOutBytes !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.leftOutBytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Outlook message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.Outlook
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.Outlook & tributary.v1.Outlook.$Shape} Outlook
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Outlook.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.Outlook();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.linkBytesPerSecond = value;
                            else
                                delete message.linkBytesPerSecond;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.intakePerSecond = value;
                            else
                                delete message.intakePerSecond;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.drainPerSecond = value;
                            else
                                delete message.drainPerSecond;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.drainMs = value;
                            else
                                delete message.drainMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.fullMs = value;
                            else
                                delete message.fullMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.topics && message.topics.length))
                                message.topics = [];
                            message.topics.push($root.tributary.v1.TopicOutlook.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.topicsLeftOut = value;
                            else
                                delete message.topicsLeftOut;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.leftOutBytes = value;
                            else
                                delete message.leftOutBytes;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Outlook;
        })();

        v1.TopicOutlook = (function() {

            /**
             * Properties of a TopicOutlook.
             * @typedef {Object} tributary.v1.TopicOutlook.$Properties
             * @property {string|null} [topic] TopicOutlook topic
             * @property {number|null} [buffered] TopicOutlook buffered
             * @property {number|null} [bytes] TopicOutlook bytes
             * @property {number|null} [oldestAgeMs] TopicOutlook oldestAgeMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a TopicOutlook.
             * @memberof tributary.v1
             * @interface ITopicOutlook
             * @augments tributary.v1.TopicOutlook.$Properties
             * @deprecated Use tributary.v1.TopicOutlook.$Properties instead.
             */

            /**
             * Shape of a TopicOutlook.
             * @typedef {tributary.v1.TopicOutlook.$Properties} tributary.v1.TopicOutlook.$Shape
             */

            /**
             * Constructs a new TopicOutlook.
             * @memberof tributary.v1
             * @classdesc Represents a TopicOutlook.
             * @constructor
             * @param {tributary.v1.TopicOutlook.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const TopicOutlook = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * TopicOutlook topic.
             * @member {string} topic
             * @memberof tributary.v1.TopicOutlook
             * @instance
             */
            TopicOutlook.prototype.topic = "";

            /**
             * TopicOutlook buffered.
             * @member {number} buffered
             * @memberof tributary.v1.TopicOutlook
             * @instance
             */
            TopicOutlook.prototype.buffered = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * TopicOutlook bytes.
             * @member {number} bytes
             * @memberof tributary.v1.TopicOutlook
             * @instance
             */
            TopicOutlook.prototype.bytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * TopicOutlook oldestAgeMs.
             * @member {number} oldestAgeMs
             * @memberof tributary.v1.TopicOutlook
             * @instance
             */
            TopicOutlook.prototype.oldestAgeMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new TopicOutlook instance using the specified properties.
             * @function create
             * @memberof tributary.v1.TopicOutlook
             * @static
             * @param {tributary.v1.TopicOutlook.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.TopicOutlook} TopicOutlook instance
             * @type {{
             *   (properties: tributary.v1.TopicOutlook.$Shape): tributary.v1.TopicOutlook & tributary.v1.TopicOutlook.$Shape;
             *   (properties?: tributary.v1.TopicOutlook.$Properties): tributary.v1.TopicOutlook;
             * }}
             */
            TopicOutlook.create = function(properties) {
                return new TopicOutlook(properties);
            };

            /**
             * Encodes the specified TopicOutlook message. Does not implicitly {@link tributary.v1.TopicOutlook.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.TopicOutlook
             * @static
             * @param {tributary.v1.TopicOutlook.$Properties} message TopicOutlook message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            TopicOutlook.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.topic);
                if (message.buffered != null && $Object.hasOwnProperty.call(message, "buffered") && (typeof message.buffered === "object" ? message.buffered.low || message.buffered.high : message.buffered !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.buffered);
                if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes") && (typeof message.bytes === "object" ? message.bytes.low || message.bytes.high : message.bytes !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.bytes);
                if (message.oldestAgeMs != null && $Object.hasOwnProperty.call(message, "oldestAgeMs") && (typeof message.oldestAgeMs === "object" ? message.oldestAgeMs.low || message.oldestAgeMs.high : message.oldestAgeMs !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.oldestAgeMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a TopicOutlook message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.TopicOutlook
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.TopicOutlook & tributary.v1.TopicOutlook.$Shape} TopicOutlook
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            TopicOutlook.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.TopicOutlook();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.buffered = value;
                            else
                                delete message.buffered;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bytes = value;
                            else
                                delete message.bytes;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.oldestAgeMs = value;
                            else
                                delete message.oldestAgeMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return TopicOutlook;
        })();

        v1.PlaceReport = (function() {

            /**
             * Properties of a PlaceReport.
             * @typedef {Object} tributary.v1.PlaceReport.$Properties
             * @property {string|null} [topic] PlaceReport topic
             * @property {number|null} [partition] PlaceReport partition
             * @property {tributary.v1.Lane|null} [lane] PlaceReport lane
             * @property {number|null} [captured] PlaceReport captured
             * @property {number|null} [delivered] PlaceReport delivered
             * @property {number|null} [buffered] PlaceReport buffered
             * @property {number|null} [gaps] PlaceReport gaps
             * @property {number|null} [oldestAgeMs] PlaceReport oldestAgeMs
             * @property {string|null} [state] PlaceReport state
             * @property {number|null} [maybeDuplicate] PlaceReport maybeDuplicate
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PlaceReport.
             * @memberof tributary.v1
             * @interface IPlaceReport
             * @augments tributary.v1.PlaceReport.$Properties
             * @deprecated Use tributary.v1.PlaceReport.$Properties instead.
             */

            /**
             * Shape of a PlaceReport.
             * @typedef {tributary.v1.PlaceReport.$Properties} tributary.v1.PlaceReport.$Shape
             */

            /**
             * Constructs a new PlaceReport.
             * @memberof tributary.v1
             * @classdesc Represents a PlaceReport.
             * @constructor
             * @param {tributary.v1.PlaceReport.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PlaceReport = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PlaceReport topic.
             * @member {string} topic
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.topic = "";

            /**
             * PlaceReport partition.
             * @member {number} partition
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.partition = 0;

            /**
             * PlaceReport lane.
             * @member {tributary.v1.Lane} lane
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.lane = 0;

            /**
             * PlaceReport captured.
             * @member {number} captured
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.captured = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PlaceReport delivered.
             * @member {number} delivered
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.delivered = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PlaceReport buffered.
             * @member {number} buffered
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.buffered = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PlaceReport gaps.
             * @member {number} gaps
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.gaps = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PlaceReport oldestAgeMs.
             * @member {number} oldestAgeMs
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.oldestAgeMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PlaceReport state.
             * @member {string} state
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.state = "";

            /**
             * PlaceReport maybeDuplicate.
             * @member {number} maybeDuplicate
             * @memberof tributary.v1.PlaceReport
             * @instance
             */
            PlaceReport.prototype.maybeDuplicate = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new PlaceReport instance using the specified properties.
             * @function create
             * @memberof tributary.v1.PlaceReport
             * @static
             * @param {tributary.v1.PlaceReport.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.PlaceReport} PlaceReport instance
             * @type {{
             *   (properties: tributary.v1.PlaceReport.$Shape): tributary.v1.PlaceReport & tributary.v1.PlaceReport.$Shape;
             *   (properties?: tributary.v1.PlaceReport.$Properties): tributary.v1.PlaceReport;
             * }}
             */
            PlaceReport.create = function(properties) {
                return new PlaceReport(properties);
            };

            /**
             * Encodes the specified PlaceReport message. Does not implicitly {@link tributary.v1.PlaceReport.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.PlaceReport
             * @static
             * @param {tributary.v1.PlaceReport.$Properties} message PlaceReport message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PlaceReport.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.topic);
                if (message.partition != null && $Object.hasOwnProperty.call(message, "partition") && message.partition !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.partition);
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).int32(message.lane);
                if (message.captured != null && $Object.hasOwnProperty.call(message, "captured") && (typeof message.captured === "object" ? message.captured.low || message.captured.high : message.captured !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.captured);
                if (message.delivered != null && $Object.hasOwnProperty.call(message, "delivered") && (typeof message.delivered === "object" ? message.delivered.low || message.delivered.high : message.delivered !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.delivered);
                if (message.buffered != null && $Object.hasOwnProperty.call(message, "buffered") && (typeof message.buffered === "object" ? message.buffered.low || message.buffered.high : message.buffered !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.buffered);
                if (message.gaps != null && $Object.hasOwnProperty.call(message, "gaps") && (typeof message.gaps === "object" ? message.gaps.low || message.gaps.high : message.gaps !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.gaps);
                if (message.oldestAgeMs != null && $Object.hasOwnProperty.call(message, "oldestAgeMs") && (typeof message.oldestAgeMs === "object" ? message.oldestAgeMs.low || message.oldestAgeMs.high : message.oldestAgeMs !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.oldestAgeMs);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== "")
                    writer.uint32(/* id 9, wireType 2 =*/74).string(message.state);
                if (message.maybeDuplicate != null && $Object.hasOwnProperty.call(message, "maybeDuplicate") && (typeof message.maybeDuplicate === "object" ? message.maybeDuplicate.low || message.maybeDuplicate.high : message.maybeDuplicate !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.maybeDuplicate);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PlaceReport message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.PlaceReport
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.PlaceReport & tributary.v1.PlaceReport.$Shape} PlaceReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PlaceReport.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.PlaceReport();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.partition = value;
                            else
                                delete message.partition;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.captured = value;
                            else
                                delete message.captured;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.delivered = value;
                            else
                                delete message.delivered;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.buffered = value;
                            else
                                delete message.buffered;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.gaps = value;
                            else
                                delete message.gaps;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.oldestAgeMs = value;
                            else
                                delete message.oldestAgeMs;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.maybeDuplicate = value;
                            else
                                delete message.maybeDuplicate;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PlaceReport;
        })();

        v1.SourceReport = (function() {

            /**
             * Properties of a SourceReport.
             * @typedef {Object} tributary.v1.SourceReport.$Properties
             * @property {string|null} [name] SourceReport name
             * @property {string|null} [state] SourceReport state
             * @property {string|null} [reason] SourceReport reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SourceReport.
             * @memberof tributary.v1
             * @interface ISourceReport
             * @augments tributary.v1.SourceReport.$Properties
             * @deprecated Use tributary.v1.SourceReport.$Properties instead.
             */

            /**
             * Shape of a SourceReport.
             * @typedef {tributary.v1.SourceReport.$Properties} tributary.v1.SourceReport.$Shape
             */

            /**
             * Constructs a new SourceReport.
             * @memberof tributary.v1
             * @classdesc Represents a SourceReport.
             * @constructor
             * @param {tributary.v1.SourceReport.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SourceReport = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SourceReport name.
             * @member {string} name
             * @memberof tributary.v1.SourceReport
             * @instance
             */
            SourceReport.prototype.name = "";

            /**
             * SourceReport state.
             * @member {string} state
             * @memberof tributary.v1.SourceReport
             * @instance
             */
            SourceReport.prototype.state = "";

            /**
             * SourceReport reason.
             * @member {string} reason
             * @memberof tributary.v1.SourceReport
             * @instance
             */
            SourceReport.prototype.reason = "";

            /**
             * Creates a new SourceReport instance using the specified properties.
             * @function create
             * @memberof tributary.v1.SourceReport
             * @static
             * @param {tributary.v1.SourceReport.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.SourceReport} SourceReport instance
             * @type {{
             *   (properties: tributary.v1.SourceReport.$Shape): tributary.v1.SourceReport & tributary.v1.SourceReport.$Shape;
             *   (properties?: tributary.v1.SourceReport.$Properties): tributary.v1.SourceReport;
             * }}
             */
            SourceReport.create = function(properties) {
                return new SourceReport(properties);
            };

            /**
             * Encodes the specified SourceReport message. Does not implicitly {@link tributary.v1.SourceReport.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.SourceReport
             * @static
             * @param {tributary.v1.SourceReport.$Properties} message SourceReport message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SourceReport.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.state);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SourceReport message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.SourceReport
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.SourceReport & tributary.v1.SourceReport.$Shape} SourceReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SourceReport.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.SourceReport();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SourceReport;
        })();

        v1.HeartbeatAnswer = (function() {

            /**
             * Properties of a HeartbeatAnswer.
             * @typedef {Object} tributary.v1.HeartbeatAnswer.$Properties
             * @property {number|null} [version] HeartbeatAnswer version
             * @property {number|null} [term] HeartbeatAnswer term
             * @property {number|null} [creditBytes] HeartbeatAnswer creditBytes
             * @property {number|null} [wallMs] HeartbeatAnswer wallMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a HeartbeatAnswer.
             * @memberof tributary.v1
             * @interface IHeartbeatAnswer
             * @augments tributary.v1.HeartbeatAnswer.$Properties
             * @deprecated Use tributary.v1.HeartbeatAnswer.$Properties instead.
             */

            /**
             * Shape of a HeartbeatAnswer.
             * @typedef {tributary.v1.HeartbeatAnswer.$Properties} tributary.v1.HeartbeatAnswer.$Shape
             */

            /**
             * Constructs a new HeartbeatAnswer.
             * @memberof tributary.v1
             * @classdesc Represents a HeartbeatAnswer.
             * @constructor
             * @param {tributary.v1.HeartbeatAnswer.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const HeartbeatAnswer = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * HeartbeatAnswer version.
             * @member {number} version
             * @memberof tributary.v1.HeartbeatAnswer
             * @instance
             */
            HeartbeatAnswer.prototype.version = 0;

            /**
             * HeartbeatAnswer term.
             * @member {number} term
             * @memberof tributary.v1.HeartbeatAnswer
             * @instance
             */
            HeartbeatAnswer.prototype.term = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * HeartbeatAnswer creditBytes.
             * @member {number} creditBytes
             * @memberof tributary.v1.HeartbeatAnswer
             * @instance
             */
            HeartbeatAnswer.prototype.creditBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * HeartbeatAnswer wallMs.
             * @member {number} wallMs
             * @memberof tributary.v1.HeartbeatAnswer
             * @instance
             */
            HeartbeatAnswer.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new HeartbeatAnswer instance using the specified properties.
             * @function create
             * @memberof tributary.v1.HeartbeatAnswer
             * @static
             * @param {tributary.v1.HeartbeatAnswer.$Properties=} [properties] Properties to set
             * @returns {tributary.v1.HeartbeatAnswer} HeartbeatAnswer instance
             * @type {{
             *   (properties: tributary.v1.HeartbeatAnswer.$Shape): tributary.v1.HeartbeatAnswer & tributary.v1.HeartbeatAnswer.$Shape;
             *   (properties?: tributary.v1.HeartbeatAnswer.$Properties): tributary.v1.HeartbeatAnswer;
             * }}
             */
            HeartbeatAnswer.create = function(properties) {
                return new HeartbeatAnswer(properties);
            };

            /**
             * Encodes the specified HeartbeatAnswer message. Does not implicitly {@link tributary.v1.HeartbeatAnswer.verify|verify} messages.
             * @function encode
             * @memberof tributary.v1.HeartbeatAnswer
             * @static
             * @param {tributary.v1.HeartbeatAnswer.$Properties} message HeartbeatAnswer message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            HeartbeatAnswer.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.term != null && $Object.hasOwnProperty.call(message, "term") && (typeof message.term === "object" ? message.term.low || message.term.high : message.term !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.term);
                if (message.creditBytes != null && $Object.hasOwnProperty.call(message, "creditBytes") && (typeof message.creditBytes === "object" ? message.creditBytes.low || message.creditBytes.high : message.creditBytes !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.creditBytes);
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.wallMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a HeartbeatAnswer message from the specified reader or buffer.
             * @function decode
             * @memberof tributary.v1.HeartbeatAnswer
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tributary.v1.HeartbeatAnswer & tributary.v1.HeartbeatAnswer.$Shape} HeartbeatAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            HeartbeatAnswer.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tributary.v1.HeartbeatAnswer();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.term = value;
                            else
                                delete message.term;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.creditBytes = value;
                            else
                                delete message.creditBytes;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return HeartbeatAnswer;
        })();

        return v1;
    })();

    return tributary;
})();

export {
  $root as default
};
