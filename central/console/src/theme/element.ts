/** The base of Element Plus: its variables; each component brings the rest. */
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
