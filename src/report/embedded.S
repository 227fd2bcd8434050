/* The files of the report page, as they are, in read-only data. CMakeLists.txt names the folders. */
    .section .rodata

    .global tandem_page_template_begin, tandem_page_template_end
tandem_page_template_begin:
    .incbin "page/page.html"
tandem_page_template_end:

    .global tandem_page_style_begin, tandem_page_style_end
tandem_page_style_begin:
    .incbin "page/page.css"
tandem_page_style_end:

    .global tandem_page_script_begin, tandem_page_script_end
tandem_page_script_begin:
    .incbin "page/texts.js"
    .incbin "page/dom.js"
    .incbin "page/format.js"
    .incbin "page/downloads.js"
    .incbin "page/chart.js"
    .incbin "page/comparison.js"
    .incbin "page/heat_map.js"
    .incbin "page/scatter.js"
    .incbin "page/trade_off.js"
    .incbin "page/learning_curves.js"
    .incbin "page/forest.js"
    .incbin "page/kinds.js"
    .incbin "page/session.js"
    .incbin "page/traces.js"
    .incbin "page/pairs.js"
    .incbin "page/overview.js"
    .incbin "page/answers.js"
    .incbin "page/quality.js"
    .incbin "page/tables.js"
    .incbin "page/measurements.js"
    .incbin "page/method.js"
    .incbin "page/main.js"
tandem_page_script_end:

    .global tandem_echarts_begin, tandem_echarts_end
tandem_echarts_begin:
    .incbin "echarts.min.js"
tandem_echarts_end:

    .section .note.GNU-stack, "", %progbits
